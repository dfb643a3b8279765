/** One edge on a simulated network, a sender of odd bytes before it and a gateway behind it. */
import {
  createApp,
  type Handled,
  isNumericAddress,
  isSipUri,
  OnRequest,
  type RequestContext,
  Routes,
  type App,
} from '@sipwright/framework'
import { Network, Phone } from '@sipwright/framework/testing'
import { silent } from '../network/rig.js'

/** What became of one message. */
export interface Verdict {
  /** Texts that left the edge for anybody but the sender, retransmissions left out. */
  readonly forwarded: readonly string[]
  /** Where the first of them went: `192.0.2.11:5060`. */
  readonly hop: string | undefined
  /** Texts that the sender got, 100 and retransmissions left out. */
  readonly replies: readonly string[]
  /** `forward`, `drop`, or the status of our own answer. */
  readonly outcome: string
  readonly app: App
  readonly network: Network
}

/** Goes where a numeric Request-URI says; a name stands for the gateway. */
@Routes()
class Everything {
  @OnRequest('*')
  any(ctx: RequestContext): Handled {
    const { requestUri } = ctx.request
    return isSipUri(requestUri) && isNumericAddress(requestUri.host)
      ? ctx.relayAsRouted()
      : ctx.relay({ uri: 'sip:192.0.2.11', role: 'next-hop' })
  }
}

const edges: Readonly<Record<string, string>> = {
  udp: 'UDP:192.0.2.1:5060',
  tcp: 'TCP:192.0.2.1:5060',
  tls: 'TLS:192.0.2.1:5061',
  udp6: 'UDP:[2001:db8::1]:5060',
}

/** The source of every message: what `received` has to say. */
export const sourceOf: Readonly<Record<string, string>> = {
  udp: '192.0.2.100',
  tcp: '192.0.2.100',
  tls: '192.0.2.100',
  udp6: '2001:db8::100',
}

export async function verdictOn(
  text: string,
  transport: string,
  profile: 'edge' | 'open' = 'open',
): Promise<Verdict> {
  const network = new Network()
  await Phone.at(network, { at: ['UDP:192.0.2.11:5060', 'TCP:192.0.2.11:5060'] })
  const app = await createApp({
    routes: [Everything],
    clock: network.clock,
    chance: network.chance,
    log: silent,
    profile,
    transports: ['UDP', 'TCP', 'TLS'].map((name) => network.transport(name)),
  })
  await app.listen(...Object.values(edges).map((at) => at.replace(/^\w+/, (t) => t.toLowerCase())))
  const sender = await Phone.at(network, {
    at:
      transport === 'udp6'
        ? 'UDP:[2001:db8::100]:5060'
        : ['UDP:192.0.2.100:5060', 'TCP:192.0.2.100:5060', 'TLS:192.0.2.100:5061'],
  })
  sender.sendText(edges[transport]!, text)
  await network.run(5_000)

  const left = network.trace.filter(
    ({ from }) => from.startsWith('192.0.2.1:') || from.startsWith('[2001:db8::1]:'),
  )
  // A stream's sender is answered at the port that it called from.
  const isSender = (to: string) =>
    to.startsWith('192.0.2.100:') || to.startsWith('[2001:db8::100]:')
  const away = left.filter(({ to }) => !isSender(to) && !isEdge(to))
  const requests = away.filter(({ text: sent }) => !sent.startsWith('SIP/2.0'))
  const replies = [
    ...new Set(
      left
        .filter(({ to, text: sent }) => isSender(to) && !sent.startsWith('SIP/2.0 100 '))
        .map(({ text: sent }) => sent),
    ),
  ]
  const forwarded = [...new Set(requests.map(({ text: sent }) => sent))]
  const status = replies[0]?.slice(8, 11)
  return {
    forwarded,
    hop: requests[0]?.to,
    replies,
    outcome: away.length > 0 ? 'forward' : (status ?? 'drop'),
    app,
    network,
  }
}

function isEdge(to: string): boolean {
  return to.startsWith('192.0.2.1:') || to.startsWith('[2001:db8::1]:')
}
