/** The section `hep`, and what the plugin makes of it. */
import { hepConfig, type HepInput } from '@sipwright/plugin-trace'
import { z } from 'zod'
import { secretOf } from './secret.js'

const expectedPassword = 'a password, env:<name> or file:<path>'

export const hep = z
  .strictObject({
    server: hepConfig.shape.server.describe('The collector: udp:127.0.0.1:9060, or tcp:…'),
    captureId: z
      .int({ error: 'a whole number from 1' })
      .min(1, { error: 'a whole number from 1' })
      .max(0xffff_ffff, { error: 'a whole number of 32 bits' })
      .default(1)
      .describe('Names this node to the collector.'),
    password: z
      .string({ error: expectedPassword })
      .min(1, { error: expectedPassword })
      .optional()
      .describe('What the collector asks of those who send.'),
  })
  .optional()
  .describe('Every message also goes to a collector such as Homer, as HEP3; absent = off.')

/** What the section says. */
export type HepSection = z.output<typeof hep>

/** What the plugin is configured with; undefined: it is off. Throws for a password that cannot be read. */
export function hepOptions(section: HepSection, directory: string): HepInput | undefined {
  if (section === undefined) return undefined
  const { server, captureId, password } = section
  return {
    ...{ server, captureId },
    ...(password !== undefined && { password: secretOf(password, directory) }),
  }
}
