/** What a route says of a destination's health: by our names, or by the letters of Kamailio's ds_mark_dst. */
import { type HealthState } from './health/health.js'

/** `d` is the operator's `disabled`; the others are health. */
export type MarkLetter = 'a' | 't' | 'i' | 'd' | 'A' | 'T' | 'I' | 'D'
export type Mark = Exclude<HealthState, 'busy'> | MarkLetter

/** The health that a mark means, or the operator's word. */
export function markOf(mark: Mark): Exclude<HealthState, 'busy'> | 'disabled' {
  switch (mark) {
    case 'a':
    case 'A':
      return 'active'
    case 't':
    case 'T':
      return 'trying'
    case 'i':
    case 'I':
      return 'inactive'
    case 'd':
    case 'D':
      return 'disabled'
    default:
      return mark
  }
}
