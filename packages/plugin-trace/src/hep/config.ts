/** Every key of the plugin, with its default. */
import { z } from 'zod'

const expectedServer = 'udp: or tcp:, a host and a port, such as udp:127.0.0.1:9060'

export const hepConfig = z.strictObject({
  /** The collector. */
  server: z
    .string({ error: expectedServer })
    .refine((text) => parseServer(text) !== undefined, { error: expectedServer }),
  /** Names this node to the collector. */
  captureId: z.number().int().min(1).max(0xffff_ffff).default(1),
  /** What the collector asks of those who send. */
  password: z.string().min(1).max(256).optional(),
  /** Messages that wait to be sent; what comes when there are as many is lost to the collector. */
  maxQueue: z.number().int().min(100).max(1_000_000).default(10_000),
})

export type HepInput = z.input<typeof hepConfig>
export type HepConfig = z.output<typeof hepConfig>

export interface HepServer {
  readonly transport: 'udp' | 'tcp'
  readonly host: string
  readonly port: number
}

/** Undefined: it is none. */
export function parseServer(text: string): HepServer | undefined {
  const match = /^(udp|tcp):(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(text)
  if (match === null) return undefined
  const [, transport, host = '', digits] = match
  const port = Number(digits)
  if (port < 1 || port > 65_535) return undefined
  const isTcp = transport?.toLowerCase() === 'tcp'
  return { transport: isTcp ? 'tcp' : 'udp', host: host.replace(/[[\]]/g, ''), port }
}
