/** How long a session may go on without being refreshed. RFC 4028 §4, §8 */
import { type SipResponse } from '@sipwright/framework'

/** Milliseconds that the Session-Expires of a 2xx grants; undefined if the session has no timer. */
export function sessionInterval({ headers }: SipResponse): number | undefined {
  const value = headers.firstValue('Session-Expires')
  const [, seconds] = /^\s*(\d{1,10})\s*(?:;|$)/.exec(value ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1_000
}
