/** What topology hiding is configured with. */
import { z } from 'zod'

/** Of a secret. */
const shortestKey = 16

const secret = z
  .string()
  .min(shortestKey, { error: `at least ${shortestKey} characters that nobody guesses` })

export const topologyHidingConfig = z
  .strictObject({
    key: z
      .union([secret, z.array(secret).min(1).max(8)])
      .optional()
      .describe(
        'The secret that tokens are sealed with; of several the first seals and all open. Default: derived from the secret of the app.',
      ),
    callId: z
      .boolean()
      .default(false)
      .describe(
        'Also Call-IDs that backends make. Without it only those that name a hidden host are.',
      ),
    tags: z.boolean().default(false).describe('Also the tags that backends make.'),
    sdp: z
      .boolean()
      .default(false)
      .describe('Also owner and name of a session description, its lines o= and s=.'),
    fingerprint: z
      .boolean()
      .default(false)
      .describe('Also order and spelling of Allow, Supported, Accept and Allow-Events.'),
    names: z
      .array(z.string().regex(/^(?:\*\.)?[\w.-]+$/, { error: 'a host name, or *.domain' }))
      .default([])
      .describe('Host names of the inside; `*.example.internal` stands for all below.'),
    strip: z
      .array(
        z.string().regex(/^[\w-]+\*?$/, { error: 'a header name, or the beginning of one and *' }),
      )
      .default([])
      .describe(
        'Further headers of backends that do not leave; `X-Our-*` stands for all that begin so.',
      ),
  })
  .describe('Topology hiding')

export type TopologyHidingConfig = z.output<typeof topologyHidingConfig>
export type TopologyHidingInput = z.input<typeof topologyHidingConfig>
