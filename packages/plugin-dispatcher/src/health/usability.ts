/**
 * Counts the changes that may make a destination usable or not. Algorithms that prepare their choice compare it
 * before they use what they prepared: one number, where looking at a thousand destinations would cost more than the call.
 */

let changes = 0

/** A number that differs from what it was if any destination's health or admin state has changed since. */
export function usabilityChanges(): number {
  return changes
}

/** Health or admin state of a destination has changed. */
export function usabilityChanged(): void {
  changes++
}
