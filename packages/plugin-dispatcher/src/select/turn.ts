/** Whose turn it is, when the destinations are not the same any more. */
import { type Destination } from '../destination.js'

/**
 * The place among `now` of the one at `turn` of `before`, or of the next behind it that is still there; 0 if none is. Known by
 * id: a reload makes other objects of the same destinations.
 */
export function turnAfter(
  before: readonly Destination[],
  turn: number,
  now: readonly Destination[],
): number {
  const places = new Map(now.map(({ id }, place) => [id, place]))
  for (let step = 0; step < before.length; step++) {
    const place = places.get(before[(turn + step) % before.length]!.id)
    if (place !== undefined) return place
  }
  return 0
}
