/** Everything that a proxy does with one message, and what must hold of it whatever the message is. */
import { SipError } from '#src/errors.js'
import { ackFor, cancelFor, responseTo, type SipMessage } from '#src/message/message.js'
import { defaultMessageLimits, type MessageLimits } from '#src/message/limits.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import { stampSource } from '#src/message/via.js'

/** Nothing is thrown, gained or changed on the way through; tells whether it was accepted. */
export function passesThrough(text: string, limits: MessageLimits = defaultMessageLimits): boolean {
  const message = parseMessage(text, limits)
  if (message.kind === 'malformed') {
    if (!(message.error instanceof SipError)) throw new Error('it is no error of ours')
    if (message.request !== undefined) {
      stampSource(message.request.headers, '192.0.2.1', 5060)
      clean(serialize(responseTo(message.request, message.error.status, { toTag: 'x' })))
    }
    return false
  }
  const left = serialize(message)
  clean(left)
  const again = parseMessage(left, limits)
  if (again.kind === 'malformed') throw again.error
  same(serialize(again), left)
  same(fields(again), fields(message))
  const copy = message.clone()
  copy.headers.prepend('Via', 'SIP/2.0/UDP us').set('Max-Forwards', '1').removeFirstValue('Via')
  clean(serialize(copy))
  if (message.kind === 'request') {
    stampSource(message.headers, '192.0.2.1', 5060)
    const response = responseTo(message, 486, { toTag: 'x' })
    for (const made of [response, ackFor(message, response), cancelFor(message)])
      clean(serialize(made))
  }
  return true
}

function fields(message: SipMessage): string {
  const { via, from, to, callId, cseq } = message
  return JSON.stringify([
    [via.transport, via.host, via.port, via.branch, [...via.params]],
    [from.displayName, from.uri, [...from.params]],
    [to.displayName, to.uri, [...to.params]],
    callId,
    cseq,
    [...message.headers.clone().remove('Content-Length').entries()],
    message.body,
  ])
}

/** In the headers every CR is followed by LF, every LF follows CR, and NUL stands only behind a backslash. */
function clean(text: string): void {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  if (/\r(?!\n)|(?<!\r)\n|(?<!\\)\0|[^\0-\xff]/.test(head)) throw new Error(JSON.stringify(head))
}

function same(actual: string, expected: string): void {
  if (actual !== expected)
    throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`)
}
