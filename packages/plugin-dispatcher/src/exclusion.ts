/** Why a destination gets no new request now, in words that an operator can act on. */
import { type AdminState, type Destination } from './destination.js'
import { type HealthState } from './health/health.js'

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
  /** It has as many calls as it may have. */
  | { readonly kind: 'full'; readonly calls: number; readonly maxLoad: number }
  /** The algorithm passes it over. */
  | { readonly kind: 'algorithm'; readonly reason: string }
  /** Its URI is tried before, by the set that is named. */
  | { readonly kind: 'duplicate'; readonly set: string }
  /** So many come before it, and no more are tried. */
  | { readonly kind: 'limit'; readonly limit: number }

/** What keeps a destination out by itself, whoever asks; undefined: it may be tried. */
export function exclusionOf(destination: Destination): Exclusion | undefined {
  const { admin, health, load } = destination.state
  if (!destination.usable) {
    if (admin !== 'ready') return { kind: 'admin', state: admin }
    return { kind: 'health', state: health.state, reason: health.reason, sinceMs: health.since }
  }
  if (!destination.isFull) return undefined
  return { kind: 'full', calls: load.calls, maxLoad: destination.maxLoad }
}

/** `inactive: no answer within 2000 ms`, as a line of an explanation says it. */
export function formatExclusion(exclusion: Exclusion): string {
  switch (exclusion.kind) {
    case 'admin':
      return `set to ${exclusion.state}`
    case 'health':
      return `${exclusion.state}: ${exclusion.reason}`
    case 'full':
      return `full: ${exclusion.calls} of ${exclusion.maxLoad} calls`
    case 'algorithm':
      return exclusion.reason
    case 'duplicate':
      return `tried in set ${exclusion.set} before`
    case 'limit':
      return `beyond the limit of ${exclusion.limit}`
  }
}
