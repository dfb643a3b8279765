/** An edge that hides, backends inside and phones outside, on virtual time; and a search of all that went out. */
import {
  type App,
  type AppOptions,
  createApp,
  type Handled,
  type ListenAddress,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { type Answer, type AnswerStep, Network, Phone } from '@sipwright/framework/testing'
import { topologyHiding, type TopologyHidingInput } from '@sipwright/plugin-topology-hiding'

export const edge = 'UDP:203.0.113.1:5060'
const key = 'the key of all nodes of this edge'

export interface RigOptions {
  readonly hiding?: TopologyHidingInput
  /** What each backend says outside dialogs, 10.0.0.11 first; default: one that answers 200. */
  readonly backends?: readonly Answer[]
  /** All backends at once, instead of the first. */
  readonly fork?: boolean
  readonly answerWithin?: Answer
  readonly listen?: readonly ListenAddress[]
  readonly app?: AppOptions
}

export interface Rig {
  readonly network: Network
  readonly caller: Phone
  readonly other: Phone
  readonly backends: readonly Phone[]
  /** The process ends and another one takes its place: nothing survives but the configuration. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** What a backend gives away in every response. */
export const telltale = {
  Server: 'FreeSWITCH-mod_sofia/1.10.9',
  'User-Agent': 'FreeSWITCH-mod_sofia/1.10.9',
  Warning: '399 10.0.0.11:5060 "FreeSWITCH says no"',
  'X-FS-Support': 'update_display',
  'X-Asterisk-HangupCause': 'Normal Clearing',
  'P-Charging-Vector': 'icid-value=x;icid-generated-at=10.0.0.11',
  'P-Asserted-Identity': '"1000" <sip:1000@10.0.0.11:5060>',
  'Call-Info': '<http://10.0.0.11/icon.png>;purpose=icon, <http://example.com/i.png>;purpose=icon',
  'Alert-Info': '<http://fs1.internal/ring.wav>',
  'Error-Info': '<sip:announce@10.0.0.11>',
  Reason: 'Q.850;cause=16;text="FreeSWITCH hung up"',
  Diversion: '<sip:1001@10.0.0.12>;reason=unconditional',
  'History-Info': '<sip:1001@fs1.internal?Reason=SIP%3Bcause%3D302>;index=1',
  'WWW-Authenticate': 'Digest realm="10.0.0.11", nonce="abc"',
  'X-Whatever': 'node=fs1.internal; at 10.0.0.11:8021',
} as const

export function saying(status: number, step: Partial<AnswerStep> = {}): AnswerStep {
  return { status, ...step, headers: { ...telltale, ...step.headers } }
}

export async function rig(options: RigOptions = {}): Promise<Rig> {
  const network = new Network()
  const answers = options.backends ?? [[saying(180), saying(200, { afterMs: 50 })]]
  const addresses = answers.map((_, index) => `10.0.0.${11 + index}`)
  const start = (): Promise<App> => startEdge(network, addresses, options)
  let app = await start()
  const backends = await Promise.all(
    answers.map((answer, index) =>
      Phone.at(network, {
        at: `UDP:${addresses[index] ?? ''}:5060`,
        proxy: edge,
        answer,
        answerWithin: options.answerWithin ?? [saying(200)],
      }),
    ),
  )
  const caller = await Phone.at(network, { at: 'UDP:198.51.100.7:5060', proxy: edge })
  const other = await Phone.at(network, { at: 'UDP:198.51.100.8:5060', proxy: edge })
  return {
    ...{ network, caller, other, backends },
    async restart() {
      await app.close()
      app = await start()
    },
    close: () => app.close(),
  }
}

async function startEdge(
  network: Network,
  addresses: readonly string[],
  { hiding, fork = false, listen = ['udp:203.0.113.1:5060'], app: appOptions }: RigOptions,
): Promise<App> {
  const targets = addresses.map((address) => ({
    uri: `sip:${address}:5060`,
    role: 'next-hop' as const,
  }))
  @Routes()
  class Balancer {
    @OnRequest('*')
    any(ctx: RequestContext): Handled {
      if (ctx.source.zone === 'inside') return ctx.relayAsRouted()
      return fork ? ctx.fork(targets) : ctx.relay(targets)
    }
  }
  const app = await createApp({
    plugins: [topologyHiding({ key, names: ['*.internal'], ...hiding })],
    routes: [Balancer],
    clock: network.clock,
    chance: network.chance,
    log: quiet,
    zones: { inside: ['10.0.0.0/8'] },
    transports: ['UDP', 'TCP', 'TLS'].map((name) => network.transport(name)),
    secret: 'of the dialogs of this edge',
    ...appOptions,
  })
  await app.listen(...listen)
  return app
}

/** Names that no byte may hold that goes to 198.51.100.0/24; media's own address (`c=`) does not count. */
export function leaks({ network }: Pick<Rig, 'network'>, ...further: string[]): readonly string[] {
  const secrets = ['10.0.0.', 'internal', 'FreeSWITCH', 'Asterisk', 'mod_sofia', ...further]
  return network.trace
    .filter(({ to }) => to.startsWith('198.51.100.'))
    .flatMap(({ text }) =>
      text
        .split('\r\n')
        .filter(
          (line) => !line.startsWith('c=') && secrets.some((secret) => line.includes(secret)),
        ),
    )
}

/** Messages that went outside. */
export function outsideBytes({ network }: Pick<Rig, 'network'>): number {
  return Math.max(
    ...network.trace
      .filter(({ to }) => to.startsWith('198.51.100.'))
      .map(({ text }) => text.length),
  )
}

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
