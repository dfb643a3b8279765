/** The section `trace`, and what the plugin makes of it. */
import { type TraceInput } from '@sipwright/plugin-trace'
import { z } from 'zod'

const expectedNumber = (from: number, to: number): string => `a number from ${from} to ${to}`

export const trace = z
  .strictObject({
    enabled: z
      .boolean({ error: 'true or false' })
      .default(true)
      .describe('false = as if the section were absent.'),
    messages: z
      .int({ error: expectedNumber(100, 1_000_000) })
      .min(100, { error: expectedNumber(100, 1_000_000) })
      .max(1_000_000, { error: expectedNumber(100, 1_000_000) })
      .default(20_000)
      .describe('Messages that each worker remembers at most, in 25 MB at most.'),
    perCall: z
      .int({ error: expectedNumber(10, 10_000) })
      .min(10, { error: expectedNumber(10, 10_000) })
      .max(10_000, { error: expectedNumber(10, 10_000) })
      .default(200)
      .describe('Messages and decisions of one call at most.'),
  })
  .optional()
  .describe(
    'The messages of the last calls and why each went where it went, shown by admin; absent = off.',
  )

/** What the section says. */
export type TraceSection = z.output<typeof trace>

/** What the plugin is configured with; undefined: it is off. */
export function traceOptions(section: TraceSection): TraceInput | undefined {
  if (section?.enabled !== true) return undefined
  const { messages, perCall } = section
  return { messages, perCall }
}
