/** The highest rate that a system holds, found in few steps. */

export interface StepSearch {
  /** The first rate that is tried. */
  readonly from: number
  /** No higher one is tried. */
  readonly upTo: number
  /** Tries in all. */
  readonly steps: number
}

/** What a search found. */
export interface Found<Try> {
  /** The highest rate that held; undefined if not even the first did. */
  readonly held: { readonly rate: number; readonly result: Try } | undefined
  /** The lowest that did not; undefined if all that were tried held. */
  readonly failed: { readonly rate: number; readonly result: Try } | undefined
}

/**
 * Raises the rate by half until it does not hold, then looks between the last that held and the first that did not, as
 * long as there are steps left.
 */
export async function searchRate<Try>(
  { from, upTo, steps }: StepSearch,
  attempt: (rate: number) => Promise<Try>,
  holds: (result: Try) => boolean,
): Promise<Found<Try>> {
  let held: Found<Try>['held'] = undefined
  let failed: Found<Try>['failed'] = undefined
  let rate = from
  for (let step = 0; step < steps; step++) {
    const result = await attempt(rate)
    if (holds(result)) held = { rate, result }
    else failed = { rate, result }
    const next = nextRate(held?.rate, failed?.rate, upTo)
    if (next === undefined) break
    rate = next
  }
  return { held, failed }
}

/** Undefined: nothing more can be learned. */
function nextRate(
  held: number | undefined,
  failed: number | undefined,
  upTo: number,
): number | undefined {
  if (failed === undefined) {
    if (held === undefined || held >= upTo) return undefined
    return Math.min(upTo, rounded(held * 1.5))
  }
  const next = rounded(((held ?? 0) + failed) / 2)
  return next <= (held ?? 0) || next >= failed ? undefined : next
}

/** To tens: finer differences are chance. */
function rounded(rate: number): number {
  return Math.max(10, Math.round(rate / 10) * 10)
}
