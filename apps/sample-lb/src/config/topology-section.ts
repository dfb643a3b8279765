/** The section `topologyHiding`, and what the plugin makes of it. */
import { type TopologyHidingInput } from '@sipwright/plugin-topology-hiding'
import { z } from 'zod'
import { secretOf } from './secret.js'

/** Of a key, in characters. */
export const shortestKey = 16

const expectedKey = 'a secret, env:<name> or file:<path>, or a list of them'
const key = z.string({ error: expectedKey }).min(1, { error: expectedKey })
const flag = z.boolean({ error: 'true or false' })
const expectedName = 'a host name such as fs1.internal, or *.internal'
const expectedHeader = 'a header name, or the beginning of one and *'

export const topologyHiding = z
  .strictObject({
    enabled: flag.default(true).describe('false = as if the section were absent.'),
    key: z
      .union([key, z.array(key).min(1).max(8)], { error: expectedKey })
      .optional()
      .describe(
        `The secret that tokens are sealed with, ${shortestKey} characters at least, the same on all nodes; of several the first seals and all open. Absent: made of the key secret.`,
      ),
    callId: flag
      .default(false)
      .describe('Also Call-IDs that backends make; without it those that name a backend.'),
    tags: flag.default(false).describe('Also tags that backends make.'),
    sdp: flag.default(false).describe('Also owner and name of a session description: o=, s=.'),
    fingerprint: flag
      .default(false)
      .describe('Also order and spelling of Allow, Supported, Accept and Allow-Events.'),
    names: z
      .array(z.string().regex(/^(?:\*\.)?[\w.-]+$/, { error: expectedName }), {
        error: 'a list of host names',
      })
      .default([])
      .describe('Host names of backends, as they write them; *.internal = all below.'),
    strip: z
      .array(z.string().regex(/^[\w-]+\*?$/, { error: expectedHeader }), {
        error: 'a list of header names',
      })
      .default([])
      .describe('Further headers of backends that do not leave; X-Our-* = all that begin so.'),
  })
  .optional()
  .describe('No byte that goes outside names a backend; absent = off.')

/** What the section says. */
export type TopologySection = z.output<typeof topologyHiding>

/** What the plugin is configured with; undefined: it is off. Throws for a secret that cannot be read. */
export function topologyOptions(
  section: TopologySection,
  directory: string,
): TopologyHidingInput | undefined {
  if (section?.enabled !== true) return undefined
  const { callId, tags, sdp, fingerprint, names, strip } = section
  const keys = keysOf(section).map((text) => secretOf(text, directory))
  return {
    ...{ callId, tags, sdp, fingerprint, names, strip },
    ...(keys.length > 0 && { key: keys }),
  }
}

/** The keys as they are written. */
export function keysOf(section: TopologySection): readonly string[] {
  return section?.enabled === true && section.key !== undefined ? [section.key].flat() : []
}
