/** What is quoted of several figures. */

/** The middle of the values; the mean of the two middle ones of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? NaN
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** Several figures of one thing. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Undefined of no values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) }
}

/** A straight line through points, by least squares. */
export interface Line {
  /** Of y per x. */
  readonly slope: number
  /** Half of the interval that holds the slope with 95 % confidence. */
  readonly uncertainty: number
  /** The line's y in the middle of the points. */
  readonly middle: number
}

/** The line through the points; undefined for fewer than three or all at one x. */
export function lineThrough(
  points: readonly (readonly [x: number, y: number])[],
): Line | undefined {
  const count = points.length
  if (count < 3) return undefined
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count
  const xx = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  if (xx === 0) return undefined
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / xx
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0)
  const deviation = Math.sqrt(rest / (count - 2) / xx)
  return { slope, uncertainty: studentFactor(count - 2) * deviation, middle: meanY }
}

/** Student's t for 95 %, two-sided: exact below six degrees of freedom, within half a per cent from there. */
function studentFactor(degrees: number): number {
  const few = [12.706, 4.303, 3.182, 2.776, 2.571]
  return few[degrees - 1] ?? 1.96 + 2.372 / degrees + 2.8 / degrees ** 2
}
