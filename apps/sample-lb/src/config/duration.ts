/** Durations as an operator writes them: `500ms`, `2s`, `5m`, `1h`. */
import { z } from 'zod'

/** What a fault says was expected where a duration stands. */
export const expectedDuration = 'a duration such as 500ms, 2s, 5m'

const units = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

const pattern = /^(\d{1,9})(ms|s|m|h)$/

/** Milliseconds of a duration's text; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = pattern.exec(text) ?? []
  if (digits === undefined || unit === undefined) return undefined
  return Number(digits) * (units.get(unit) ?? NaN)
}

/** The shortest text that says the same: 90000 → `90s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0'
  const [unit, size] = [...units].findLast(([, size]) => ms % size === 0) ?? ['ms', 1]
  return `${String(ms / size)}${unit}`
}

/** The schema of a duration: text in, milliseconds out. */
export const duration = z
  .string({ error: expectedDuration })
  .regex(pattern, { error: expectedDuration })
  .transform((text) => parseDuration(text) ?? NaN)

/** A duration that may be switched off by `0`. */
export const durationOrOff = z.union([duration, z.literal(0).transform(() => 0)], {
  error: `${expectedDuration}, or 0 for off`,
})
