/** Times as lb.yaml writes them. */

/** The shortest text that says the same: 90000 → `90s`. */
export function duration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000}h`
  if (ms % 60_000 === 0) return `${ms / 60_000}m`
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${Math.round(ms)}ms`
}
