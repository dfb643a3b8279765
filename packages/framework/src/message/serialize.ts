/** A message as text. RFC 3261 §7 */
import { type SipMessage } from './message.js'

/**
 * The message as it leaves, latin1. Lines that nobody touched are the bytes that came in. Content-Length
 * is set to the body's length when missing or different. §18.3, §20.14
 */
export function serialize(message: SipMessage): string {
  const { headers, body } = message
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`
  return `${start}${headers.withContentLength(body.length)}\r\n${body}`
}
