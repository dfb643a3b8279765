/** The section `callRecords`, and what the plugin makes of it. */
import { type CallRecordsInput } from '@sipwright/plugin-call-records'
import { resolve } from 'node:path'
import { z } from 'zod'
import { duration } from './duration.js'
import { isSecretName, secretOf } from './secret.js'

const expectedUrl = 'a URL with http: or https:, env:<name> or file:<path>'
const expectedFile = 'a path'
const expectedValue = 'a text, env:<name> or file:<path>'

const number = (from: number, to: number) => {
  const error = `a whole number from ${from} to ${to}`
  return z.int({ error }).min(from, { error }).max(to, { error })
}

const pause = duration.refine((ms) => ms >= 10 && ms <= 60_000, { error: 'from 10ms to 60s' })

const webhook = z.strictObject({
  url: z
    .string({ error: expectedUrl })
    .refine((text) => isSecretName(text) || isWebUrl(text), { error: expectedUrl })
    .describe('Each call is one POST.'),
  headers: z
    .record(
      z.string().regex(/^[\w-]+$/, { error: 'a header name' }),
      z.string({ error: expectedValue }),
    )
    .default({})
    .describe('Of each request, such as authorization.'),
  timeout: pause.prefault('5s').describe('An answer that takes longer is none.'),
  attempts: number(1, 20).default(5).describe('How often one record is sent at most.'),
  retry: pause.prefault('1s').describe('Until the second attempt; twice as long each time.'),
  queue: number(1, 1_000_000)
    .default(10_000)
    .describe('Records that wait at most; beyond, the oldest is lost.'),
})

export const callRecords = z
  .strictObject({
    file: z
      .string({ error: expectedFile })
      .min(1, { error: expectedFile })
      .optional()
      .describe('Lines are appended; opened again on reload.'),
    webhook: webhook.optional().describe('Each call is sent there as JSON.'),
  })
  .refine(({ file, webhook }) => file !== undefined || webhook !== undefined, {
    error: 'a file, a webhook, or both',
  })
  .optional()
  .describe('One line of JSON for each call at its end; absent = off.')

/** What the section says. */
export type CallRecordsSection = z.output<typeof callRecords>

/** What the plugin is configured with; undefined: it is off. Throws for a secret that cannot be read, and a URL that is none. */
export function callRecordsOptions(
  section: CallRecordsSection,
  directory: string,
): CallRecordsInput | undefined {
  if (section === undefined) return undefined
  const { file, webhook } = section
  return {
    ...(file !== undefined && { file: resolve(directory, file) }),
    ...(webhook && { webhook: webhookOptions(webhook, directory) }),
  }
}

function webhookOptions(
  { url, headers, timeout, attempts, retry, queue }: z.output<typeof webhook>,
  directory: string,
): NonNullable<CallRecordsInput['webhook']> {
  const place = secretOf(url, directory)
  if (!isWebUrl(place)) throw new Error('not a URL with http: or https:')
  const read = Object.entries(headers).map(([name, text]) => [name, secretOf(text, directory)])
  return {
    ...{ url: place, headers: Object.fromEntries(read) as Record<string, string> },
    ...{ timeoutMs: timeout, attempts, retryMs: retry, maxQueue: queue },
  }
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
