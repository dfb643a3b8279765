/** TLS as a plugin: a transport more, whose certificates are looked after. */
import { definePlugin } from '@sipwright/framework'
import { tlsConfig } from './config.js'
import { Credentials } from './credentials.js'
import { tlsTransport } from './transport.js'

/** `tls({ certificate: 'edge.pem', key: 'edge.key' })`, and `app.listen('tls:0.0.0.0:5061')`. */
export const tls = definePlugin({
  name: 'tls',
  config: tlsConfig,
  async setup(host, config) {
    const { clock, log } = host
    const credentials = await Credentials.load(config)
    host.provide(Credentials, credentials)
    host.addTransport(tlsTransport(credentials, config, log))
    credentials.onChange(() => log.info({}, 'other certificates are in force'))
    host.onReload(async () => {
      await credentials.reload()
    })
    if (config.pollMs === 0) return
    let failing = ''
    let closed = false
    let cancel: (() => void) | undefined
    const look = async (): Promise<void> => {
      try {
        await credentials.reload()
        failing = ''
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        // Once for each fault, not with each look.
        if (reason !== failing) {
          log.error({ reason }, 'certificates cannot be read; the old ones hold')
        }
        failing = reason
      }
      plan()
    }
    const plan = (): void => {
      if (!closed) cancel = clock.after(config.pollMs, () => void look())
    }
    host.onReady(plan)
    host.onClose(() => {
      closed = true
      cancel?.()
    })
  },
})
