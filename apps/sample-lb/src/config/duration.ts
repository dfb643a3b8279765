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

const durationText = (error: string) =>
  z
    .string({ error })
    .regex(pattern, { error })
    .transform((text) => parseDuration(text) ?? NaN)

const expectedDurationOrOff = `${expectedDuration}, or 0 for off`

/** The schema of a duration: text in, milliseconds out. */
export const duration = durationText(expectedDuration)

/** A duration that may be switched off by `0`. */
export const durationOrOff = z.union([durationText(expectedDurationOrOff), z.literal(0)], {
  error: expectedDurationOrOff,
})
