/** Why a destination gets no new request now, in words that an operator can act on. */
import { type AdminState, type Destination } from './destination.js'
import { type HealthState } from './health/health.js'
import { type ReachedCap } from './load/caps.js'

export type Exclusion =
  /** The operator's word. */
  | { readonly kind: 'admin'; readonly state: AdminState }
  /** It does not answer as it should; `sinceMs` on the app's clock. */
  | {
      readonly kind: 'health'
      readonly state: HealthState
      readonly reason: string
      readonly sinceMs: number
    }
  /** It may have no further call. */
  | { readonly kind: 'full'; readonly reached: ReachedCap }
  /** The algorithm passes it over. */
  | { readonly kind: 'algorithm'; readonly reason: string }
  /** Its URI is tried before, by the set that is named. */
  | { readonly kind: 'duplicate'; readonly set: string }
  /** So many come before it, and no more are tried. */
  | { readonly kind: 'limit'; readonly limit: number }

/** What keeps a destination out by itself; undefined: it may be tried. Its caps are for calls only. */
export function exclusionOf(destination: Destination, isCall: boolean): Exclusion | undefined {
  const { admin, health, load } = destination.state
  if (!destination.usable) {
    if (admin !== 'ready') return { kind: 'admin', state: admin }
    return { kind: 'health', state: health.state, reason: health.reason, sinceMs: health.since }
  }
  const reached = isCall ? destination.caps.reachedCap(load) : undefined
  return reached === undefined ? undefined : { kind: 'full', reached }
}

/** `inactive: no answer within 2000 ms`, as a line of an explanation says it. */
export function formatExclusion(exclusion: Exclusion): string {
  switch (exclusion.kind) {
    case 'admin':
      return `set to ${exclusion.state}`
    case 'health':
      return `${exclusion.state}: ${exclusion.reason}`
    case 'full':
      return `full: ${formatCap(exclusion.reached)}`
    case 'algorithm':
      return exclusion.reason
    case 'duplicate':
      return `tried in set ${exclusion.set} before`
    case 'limit':
      return `beyond the limit of ${exclusion.limit}`
  }
}

function formatCap(reached: ReachedCap): string {
  switch (reached.cap) {
    case 'calls':
      return `${reached.at} of ${reached.limit} calls`
    case 'pending':
      return `${reached.at} of ${reached.limit} calls without an answer`
    case 'rate':
      return `${reached.limit} new calls per second`
    case 'counted':
      return 'no further call can be counted'
  }
}
