/** Every key of the plugin, with its default. */
import { z } from 'zod'

export const traceConfig = z.strictObject({
  /** Messages that are remembered at most, of all calls. */
  messages: z.number().int().min(100).max(1_000_000).default(20_000),
  /** Bytes of text that are remembered at most. */
  bytes: z
    .number()
    .int()
    .min(100_000)
    .max(1_000_000_000)
    .default(25 * 1_048_576),
  /** Messages and decisions of one call at most; what comes after is counted. */
  perCall: z.number().int().min(10).max(10_000).default(200),
})

export type TraceInput = z.input<typeof traceConfig>
export type TraceConfig = z.output<typeof traceConfig>
