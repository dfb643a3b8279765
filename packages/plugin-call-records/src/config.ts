/** Every key of the plugin, with its default. */
import { z } from 'zod'

const expectedUrl = 'a URL with http: or https:'

export const webhookConfig = z.strictObject({
  /** Each call is a POST of its JSON. */
  url: z
    .string({ error: expectedUrl })
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
      error: expectedUrl,
    }),
  /** Of each request: `{ authorization: 'Bearer …' }`. */
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string()).default({}),
  /** An answer that takes longer is none. */
  timeoutMs: z.number().int().min(10).max(60_000).default(5_000),
  /** How often one record is sent at most. */
  attempts: z.number().int().min(1).max(20).default(5),
  /** Until the second attempt; twice as long each time. */
  retryMs: z.number().int().min(10).max(60_000).default(1_000),
  /** Records that wait at most; the oldest goes. */
  maxQueue: z.number().int().min(1).max(1_000_000).default(10_000),
})

export const callRecordsConfig = z
  .strictObject({
    /** Lines are appended; opened again on reload. */
    file: z.string().min(1).optional(),
    webhook: webhookConfig.optional(),
    /** Calls that are followed at most; the first one that began goes unrecorded. */
    maxCalls: z.number().int().min(1).max(10_000_000).default(200_000),
  })
  .refine(({ file, webhook }) => file !== undefined || webhook !== undefined, {
    error: 'a file, a webhook, or both',
  })

export type CallRecordsInput = z.input<typeof callRecordsConfig>
export type CallRecordsConfig = z.output<typeof callRecordsConfig>
export type WebhookConfig = z.output<typeof webhookConfig>
