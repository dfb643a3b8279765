/**
 * When so few destinations are well that health is more likely wrong, or useless, than right: then those that we found
 * inactive are tried, too. The word of an operator, of a route and of the destination itself (busy) always stands.
 */
import { type Destination } from '../destination.js'

/** How many of a priority are well, of those that nobody has taken out by word. */
export interface Wellness {
  readonly well: number
  readonly of: number
}

/**
 * The best of the priorities of a set, if fewer than `percent` of each priority are well; undefined: no reason to panic. One
 * priority that is well enough carries the set: the others are there to fail over from.
 */
export function panicOf(
  destinations: readonly Destination[],
  percent: number,
): Wellness | undefined {
  const levels = new Map<number, { well: number; of: number }>()
  for (const { priority, state } of destinations) {
    const { health, admin } = state
    if (admin !== 'ready' || !(health.takesRequests || health.isSuspect)) continue
    const level = levels.get(priority) ?? { well: 0, of: 0 }
    levels.set(priority, level)
    level.of++
    if (health.takesRequests) level.well++
  }
  let best: Wellness | undefined
  for (const level of levels.values()) {
    if (level.well * 100 >= level.of * percent) return undefined
    if (best === undefined || level.well * best.of > best.well * level.of) best = level
  }
  return best
}
