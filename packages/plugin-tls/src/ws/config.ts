/** What `webSockets({ … })` takes. */
import { z } from 'zod'

export const webSocketConfig = z.strictObject({
  /** Where the pages may come from that connect: `https://phone.example.com`. Absent: anywhere, and programs without any. */
  origins: z
    .array(z.url({ error: 'expected an origin such as https://phone.example.com' }))
    .optional(),
  /** From the connection to the end of its upgrade. */
  upgradeTimeoutMs: z.number().positive().default(5_000),
  /** How often a client is asked whether it is there; one that does not answer until the next time is closed. */
  pingMs: z.number().positive().default(30_000),
})

export type WebSocketConfig = z.output<typeof webSocketConfig>
