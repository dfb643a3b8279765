/**
 * One backend of the demo: a process that answers calls with npm `sip`. Arguments: its name and its port.
 * A user that begins with 9 rings until the caller hangs up; every other one answers soon.
 */
import sip, { type Request, type Response } from 'sip'
import { liveWithParent, sessionDescription, tellListening, uniqueNames } from './far-end.js'
import { type BusyMessage, type CrashMessage } from './messages.js'

interface Ringing {
  readonly invite: Request
  readonly tag: string
  timer: NodeJS.Timeout | undefined
}

const firstResendMs = 500
const lastResendMs = 4_000
const giveUpMs = 32_000

const [name = 'backend', portText = ''] = process.argv.slice(2)
const port = Number(portText)
const nextTag = uniqueNames()
const ringing = new Map<string, Ringing>()
/** Answers to INVITE that wait for their ACK: §13.3.1.4 leaves their repetition to the user of the stack. */
const unacknowledged = new Map<string, NodeJS.Timeout>()
/** Answered calls by Call-ID. */
const calls = new Set<string>()
/** On the way to its end: what is new gets no answer. */
let hanging = false
/** It has all the calls that it can bear. */
let busy = false
let answered = 0

liveWithParent()
process.on('message', (message: BusyMessage | CrashMessage) => {
  if (message.kind === 'crash') crash()
  else busy = message.busy
})

const stack = sip.create(
  { address: '127.0.0.1', port, publicAddress: `${name}.invalid`, tcp: false },
  received,
)
tellListening(name)

function received(request: Request): void {
  switch (request.method) {
    case 'INVITE':
      if (request.headers.to.params['tag'] !== undefined) reinvite(request)
      else if (busy) refuse(request)
      else if (!hanging) ring(request)
      return
    case 'ACK':
      stopResending(dialogOf(request))
      return
    case 'BYE':
      bye(request)
      return
    case 'CANCEL':
      cancel(request)
      return
    case 'OPTIONS':
      if (busy) refuse(request)
      else if (!hanging) stack.send(sip.makeResponse(request, 200, 'OK'))
      return
    default:
      stack.send(sip.makeResponse(request, 501, 'Not Implemented'))
  }
}

/** §21.5.4: whoever comes may go elsewhere, and need not wait long. */
function refuse(request: Request): void {
  const headers = { 'retry-after': '2' }
  stack.send(sip.makeResponse(request, 503, 'Service Unavailable', { headers }))
}

function ring(invite: Request): void {
  const call: Ringing = { invite, tag: nextTag(), timer: undefined }
  ringing.set(dialogOf(invite), call)
  stack.send(inDialog(call, 180, 'Ringing'))
  if (isPatientUser(invite.uri)) return
  call.timer = setTimeout(() => answer(call), 40 + (answered % 5) * 40)
}

function answer(call: Ringing): void {
  answered++
  const dialog = dialogOf(call.invite)
  ringing.delete(dialog)
  calls.add(dialog)
  sendAnswer(dialog, inDialog(call, 200, 'OK', sessionDescription))
}

function reinvite(request: Request): void {
  const dialog = dialogOf(request)
  const tag = String(request.headers.to.params['tag'])
  if (calls.has(dialog)) {
    sendAnswer(dialog, inDialog({ invite: request, tag }, 200, 'OK', sessionDescription))
  } else {
    stack.send(sip.makeResponse(request, 481, 'Call/Transaction Does Not Exist'))
  }
}

function bye(request: Request): void {
  const known = calls.delete(dialogOf(request))
  stopResending(dialogOf(request))
  stack.send(
    known
      ? sip.makeResponse(request, 200, 'OK')
      : sip.makeResponse(request, 481, 'Call/Transaction Does Not Exist'),
  )
}

function cancel(request: Request): void {
  const call = ringing.get(dialogOf(request))
  if (call === undefined) {
    if (!hanging) stack.send(sip.makeResponse(request, 481, 'Call/Transaction Does Not Exist'))
    return
  }
  clearTimeout(call.timer)
  ringing.delete(dialogOf(request))
  stack.send(sip.makeResponse(request, 200, 'OK'))
  stack.send(inDialog(call, 487, 'Request Terminated'))
}

/** Sends a 2xx until its ACK comes, at intervals that double up to T2. */
function sendAnswer(dialog: string, response: Response): void {
  const started = Date.now()
  const send = (intervalMs: number): void => {
    stack.send(response)
    if (Date.now() - started > giveUpMs) return stopResending(dialog)
    const next = Math.min(intervalMs * 2, lastResendMs)
    unacknowledged.set(dialog, setTimeout(send, intervalMs, next))
  }
  stopResending(dialog)
  send(firstResendMs)
}

function stopResending(dialog: string): void {
  clearTimeout(unacknowledged.get(dialog))
  unacknowledged.delete(dialog)
}

/** A response that makes a dialog: our tag, our Contact, the route set as it came. §12.1.1 */
function inDialog(
  { invite, tag }: { readonly invite: Request; readonly tag: string },
  status: number,
  reason: string,
  content?: string,
): Response {
  const headers: Record<string, unknown> = {
    to: { ...invite.headers.to, params: { ...invite.headers.to.params, tag } },
    contact: [{ uri: `sip:${name}@127.0.0.1:${String(port)}`, params: {} }],
    'record-route': invite.headers['record-route'],
  }
  if (content === undefined) return sip.makeResponse(invite, status, reason, { headers })
  headers['content-type'] = 'application/sdp'
  return sip.makeResponse(invite, status, reason, { headers, content })
}

/**
 * Hangs, then dies. A call that rings cannot be moved to another backend (RFC 3261 §16.7: only a branch without any
 * response is given up), so those are answered first; what comes meanwhile gets no response and has to fail over.
 */
function crash(): void {
  hanging = true
  const started = Date.now()
  const dieWhenQuiet = (): void => {
    if (ringing.size === 0 || Date.now() - started > 3_000) {
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)
    } else {
      setTimeout(dieWhenQuiet, 20)
    }
  }
  setTimeout(dieWhenQuiet, 300)
}

function dialogOf(request: Request): string {
  return request.headers['call-id']
}

function isPatientUser(uri: string): boolean {
  return uri.startsWith('sip:9')
}
