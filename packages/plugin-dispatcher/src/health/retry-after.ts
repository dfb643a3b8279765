/** For how long a destination wants no new request. RFC 3261 §20.33, §21.5.4 */
import { type SipResponse } from '@sipwright/framework'

/**
 * Milliseconds of the Retry-After of a 503, bounded by `maxMs`; undefined where the response asks for nothing. A 503 without
 * it is an error like 500.
 */
export function retryAfterMs(response: SipResponse, maxMs: number): number | undefined {
  if (response.status !== 503) return undefined
  const [, seconds] =
    /^\s*(\d{1,10})(?![\d.])/.exec(response.headers.get('Retry-After') ?? '') ?? []
  if (seconds === undefined) return undefined
  const ms = Math.min(Number(seconds) * 1_000, maxMs)
  return ms > 0 ? ms : undefined
}
