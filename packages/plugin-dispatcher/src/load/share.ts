/**
 * What one of several workers may use of a cap that holds for all of them together. The shares add up to the cap, so it is
 * never overshot, and nobody has to be asked when a call comes. The price: a worker whose share is used up skips
 * the destination although another one has room.
 */

/** Which worker, of how many. */
export interface Share {
  readonly index: number
  readonly count: number
}

export const whole: Share = { index: 0, count: 1 }

/** Its part of a whole number: those with a low index have the remainder. */
export function shareOf(cap: number, { index, count }: Share): number {
  return Math.floor(cap / count) + (index < cap % count ? 1 : 0)
}
