/** The section `webSocket`, and the plugins that `ws:` and `wss:` listeners need. */
import { type Plugin } from '@sipwright/framework'
import { secureWebSockets, webSockets } from '@sipwright/plugin-tls'
import { z } from 'zod'

export const webSocket = z
  .strictObject({
    origins: z
      .array(z.url({ error: 'an origin such as https://phone.example.com' }), {
        error: 'a list of origins such as https://phone.example.com',
      })
      .optional()
      .describe('Pages that may connect. Absent: all, and programs that name none.'),
  })
  .prefault({})
  .describe('What ws: and wss: listeners ask of who connects. RFC 7118')

interface WebSocketSections {
  readonly listen: readonly { readonly transport: string }[]
  readonly webSocket: z.output<typeof webSocket>
}

/** Those of the listeners that there are. */
export function webSocketPlugins({ listen, webSocket: config }: WebSocketSections): Plugin[] {
  const has = (name: string): boolean => listen.some(({ transport }) => transport === name)
  return [
    ...(has('ws') ? [webSockets(config)] : []),
    ...(has('wss') ? [secureWebSockets(config)] : []),
  ]
}
