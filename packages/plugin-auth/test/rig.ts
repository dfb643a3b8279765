/** An edge with this plugin on a simulated network: a stranger's phone outside, a gateway inside. */
import {
  type App,
  type AppOptions,
  createApp,
  type Handled,
  identity,
  type Identity,
  type Log,
  type Middleware,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
  type SipResponse,
  Use,
} from '@sipwright/framework'
import { type Exchange, Network, Phone, type PhoneOptions } from '@sipwright/framework/testing'
import { type AuthInput } from '#src/config.js'
import { AuthEvents, type AuthFailure, type AuthSuccess } from '#src/events.js'
import { auth } from '#src/plugin.js'
import { answerTo, challengesOf, type Chosen } from './digest/client.js'

export const edge = 'UDP:192.0.2.1:5060'
export const bob = 'sip:bob@192.0.2.1'
export const realm = 'example.com'
export const alice = { user: 'alice', password: 'wonderland' }

export interface RigOptions {
  readonly config: AuthInput
  /** `@Use` of the routes. */
  readonly use?: readonly Middleware[]
  readonly plugins?: readonly Plugin[]
  readonly app?: AppOptions
  readonly gateway?: Partial<PhoneOptions>
  readonly caller?: Partial<PhoneOptions>
}

export interface Rig {
  readonly network: Network
  readonly app: App
  readonly caller: Phone
  readonly gateway: Phone
  /** Who the routes were told that it is. */
  readonly proven: (Identity | undefined)[]
  readonly failures: AuthFailure[]
  readonly successes: AuthSuccess[]
  readonly logged: string[]
}

export async function rig(options: RigOptions): Promise<Rig> {
  const network = new Network()
  const proven: (Identity | undefined)[] = []
  const logged: string[] = []

  @Routes()
  @Use(...(options.use ?? []))
  class ToGateway {
    @OnRequest('*')
    request(ctx: RequestContext): Handled {
      proven.push(ctx.peek(identity))
      ctx.recordRoute()
      return ctx.relay({ uri: 'sip:10.0.0.9:5060', role: 'next-hop' })
    }
  }

  const app = await createApp({
    plugins: [auth(options.config), ...(options.plugins ?? [])],
    routes: [ToGateway],
    clock: network.clock,
    chance: network.chance,
    log: logInto(logged),
    transports: ['UDP', 'TCP', 'TLS'].map((name) => network.transport(name)),
    zones: { inside: ['10.0.0.0/8'] },
    limits: { refusalsPerSecond: 0 },
    secret: 'the same for all edges of a test',
    ...options.app,
  })
  await app.listen('udp:192.0.2.1:5060', 'tcp:192.0.2.1:5060')
  const gateway = await Phone.at(network, { at: 'UDP:10.0.0.9:5060', ...options.gateway })
  const caller = await Phone.at(network, {
    at: ['UDP:198.51.100.7:5060', 'TCP:198.51.100.7:5060'],
    proxy: edge,
    ...options.caller,
  })
  const events = app.resolve(AuthEvents)
  const made = { network, app, caller, gateway, proven, logged }
  const failures: AuthFailure[] = []
  const successes: AuthSuccess[] = []
  events.onFailure((event) => failures.push(event))
  events.onSuccess((event) => successes.push(event))
  return { ...made, failures, successes }
}

/** What comes back to a request, INVITE or other. */
export async function ask(
  { caller, network }: Pick<Rig, 'caller' | 'network'>,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  uri = bob,
): Promise<SipResponse> {
  const options = { headers }
  const exchange: Exchange =
    method === 'INVITE' ? caller.call(uri, options) : caller.send(method, uri, options)
  await network.run(100)
  if (exchange.final === undefined) throw new Error(`no answer: ${String(exchange.outcome)}`)
  return exchange.final
}

/** A challenge of the edge, its first. */
export async function challenge(made: Pick<Rig, 'caller' | 'network'>, method = 'INVITE') {
  const [first = ''] = challengesOf(await ask(made, method))
  return first
}

/** Answers a challenge, and says what became of it. */
export async function respond(
  made: Pick<Rig, 'caller' | 'network'>,
  given: string,
  chosen: Partial<Chosen> & { readonly secrets?: typeof alice; readonly ruri?: string } = {},
): Promise<SipResponse> {
  const { method = 'INVITE', uri = bob, secrets = alice, ruri = bob } = chosen
  const header = method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization'
  const credentials = answerTo(given, secrets, { ...chosen, method, uri })
  return ask(made, method, { [header]: credentials, ...asAlice }, ruri)
}

/** REGISTER must be for the user's own address-of-record. */
const asAlice = { To: '<sip:alice@example.com>' }

function logInto(lines: string[]): Log {
  const write = (fields: object, text: string): void => {
    lines.push(
      `${text} ${JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? value.message : value))}`,
    )
  }
  return { error: write, warn: write, info: write, debug: () => undefined }
}
