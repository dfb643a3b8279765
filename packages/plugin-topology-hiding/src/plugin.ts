/** Topology hiding as a plugin: what it hooks into, and nothing else. */
import { definePlugin } from '@sipwright/framework'
import { topologyHidingConfig } from './config.js'
import { Hiding } from './hiding.js'
import { InsideHosts } from './inside-hosts.js'
import { Names } from './names.js'
import { References } from './references.js'
import { RouteSets } from './route-set.js'
import { HeaderList, strippedHeaders } from './software.js'
import { Seal } from './token/seal.js'
import { SealedUris } from './uris.js'

/** Whoever opens a dialog through us must come back through us: only we know where its backend is. */
const dialogMethods: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER'])

/**
 * No byte that goes outside names a backend: `topologyHiding({ key })`. What is outside and what inside, zones say: backends
 * of the dispatcher are inside by themselves.
 */
export const topologyHiding = definePlugin({
  name: 'topology-hiding',
  config: topologyHidingConfig,
  setup(host, config) {
    const { key = host.secretFor('topology-hiding: tokens') } = config
    const [first = '', ...others] = [key].flat()
    const seal = new Seal([first, ...others])
    const callIds = new Names(seal, config.callId)
    const tags = new Names(seal, config.tags)
    const references = new References(callIds, tags)
    const isOurs = host.isOurs.bind(host)
    host.addBoundary(
      new Hiding({
        inside: new InsideHosts((address) => host.zoneOf(address), config.names),
        isOurs,
        uris: new SealedUris(seal, references),
        callIds,
        tags,
        references,
        routes: new RouteSets(seal, isOurs),
        stripped: new HeaderList([...strippedHeaders, ...config.strip]),
        sdp: config.sdp,
        fingerprint: config.fingerprint,
      }),
    )
    host.onRequest((ctx) => {
      const { method, toTag } = ctx.request
      if (toTag === undefined && dialogMethods.has(method)) ctx.recordRoute()
      return undefined
    })
  },
})
