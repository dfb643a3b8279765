/**
 * Takes out a destination on which calls fail, though probes may say that it lives. Counted are consecutive failures of new
 * requests to reach it or to get any response; answers only where the configuration lists them. Each time it stays out longer.
 */
import { type EjectionConfig } from '../config.js'
import { type Destination } from '../destination.js'

/** What real traffic has shown of one destination. */
export class Passive {
  /** Consecutive failures. */
  failures = 0
  /** Times ejected, less those that were forgotten. */
  times = 0
  /** When the last ejection ends, or ended. */
  until = -Infinity
}

/** What follows from a failure. */
export type Verdict =
  | { readonly kind: 'eject'; readonly forMs: number; readonly reason: string }
  /** It would be ejected, if that did not leave too few. */
  | { readonly kind: 'spare'; readonly reason: string }

/** A new request has failed on one destination of a set; `why` says how, for people. */
export function failedOn(
  destination: Destination,
  peers: readonly Destination[],
  policy: EjectionConfig,
  why: string,
  now: number,
): Verdict | undefined {
  const { passive, health } = destination.state
  passive.failures++
  if (policy.consecutive === 0 || passive.failures < policy.consecutive) return undefined
  if (!health.takesRequests) return undefined
  const failures = passive.failures
  const what = `${failures} consecutive ${failures === 1 ? 'failure' : 'failures'}, the last: ${why}`
  const refusal = refusalOf(destination, peers, policy.maxPercent)
  if (refusal !== undefined) {
    // The last gateway of a set may fail a thousand times a second: it is told at the first time, the second, the fourth, the eighth …
    if (!Number.isInteger(Math.log2(failures / policy.consecutive))) return undefined
    return { kind: 'spare', reason: `not ejected, because ${refusal}: ${what}` }
  }
  // A time without ejections as long as the longest one forgets them.
  if (now - passive.until >= policy.maxMs) passive.times = 0
  passive.times++
  passive.failures = 0
  const forMs = Math.min(policy.baseMs * passive.times, policy.maxMs)
  passive.until = now + forMs
  return { kind: 'eject', forMs, reason: `ejected for ${forMs / 1_000} s: ${what}` }
}

function refusalOf(
  destination: Destination,
  peers: readonly Destination[],
  maxPercent: number,
): string | undefined {
  const ejected = peers.filter(({ health }) => health.isEjected).length
  if ((ejected + 1) * 100 > peers.length * maxPercent) {
    return `${ejected} of ${peers.length} are, and at most ${maxPercent} % may be`
  }
  if (!peers.some((peer) => peer !== destination && peer.usable)) return 'no other one is usable'
  return undefined
}
