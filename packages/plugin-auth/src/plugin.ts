/** Authentication as a plugin: what it hooks into, and nothing else. */
import { definePlugin, type Flow } from '@sipwright/framework'
import { Acl, isRequestText } from './acl/acl.js'
import { Auth } from './auth.js'
import { authConfig } from './config.js'
import { AuthEvents } from './events.js'
import { TrustHeaders } from './trust/trust-headers.js'

/** Access lists, digest and trust headers: `auth({ digest: { realm: 'example.com', users: { … } } })`. */
export const auth = definePlugin({
  name: 'auth',
  config: authConfig,
  async setup(host, config) {
    const events = new AuthEvents(host.log)
    const service = new Auth(config, host, events)
    await service.load()
    host.provide(AuthEvents, events)
    host.provide(Auth, service)
    host.provide(Acl, service.acl)

    const { acl } = service
    const { zones } = config.trust
    const zoneAt = ({ remoteAddress, remotePort, local }: Flow): string =>
      host.zoneOf(remoteAddress, { port: remotePort, transport: local.transport }) ?? local.zone
    const isInside = (zone: string): boolean => zones.includes(zone)
    if (config.acl.refuse === 'drop') {
      host.onReceive((text, flow) => {
        if (acl.isOpen || !isRequestText(text)) return false
        return !acl.admits(flow.remoteAddress, isInside(zoneAt(flow)))
      })
    } else {
      host.onAdmit(({ source }) =>
        acl.admits(source.address, isInside(source.zone)) ? undefined : { status: 403 },
      )
    }

    const trust = new TrustHeaders(config.trust, (source) => service.isTrustedPeer(source))
    host.addBoundary(trust)
    host.onRequest((ctx) => service.recognise(ctx))
    if (config.digest !== undefined && config.digest.methods.length > 0) {
      host.onRequest(service.guard())
    }
    host.onForward((ctx) => {
      service.consume(ctx)
      trust.assert(ctx)
    })

    host.onReady(() => service.watch())
    host.onReload(() => service.reload())
    host.onClose(() => service.close())
  },
})
