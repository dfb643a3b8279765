/** One edge, one caller and some gateways on a simulated network: what the tests of this storey start from. */
import {
  type App,
  type AppOptions,
  createApp,
  type FailureContext,
  type Handled,
  inject,
  type ListenAddress,
  OnFailure,
  OnRequest,
  type RelayOptions,
  type RequestContext,
  Routes,
  type SipError,
} from '@sipwright/framework'
import { type Answer, Network, Phone, type PhoneOptions } from '@sipwright/framework/testing'
import {
  type AlgorithmLike,
  defineAlgorithm,
  Dispatcher,
  dispatcher as dispatcherPlugin,
  type DispatcherInput,
  resolveAlgorithm,
  roundRobin,
} from '@sipwright/plugin-dispatcher'

export const edge = 'UDP:192.0.2.1:5060'
/** 64·T1 */
export const linger = 32_000

export interface RigOptions {
  /** One gateway each; the first is 192.0.2.11. */
  readonly gateways: readonly (Answer | PhoneOptions['answer'])[]
  /** `udp` or `tcp` of each gateway; default: UDP. */
  readonly transport?: 'udp' | 'tcp' | 'tls'
  readonly relay?: RelayOptions
  /** Statuses that let the next gateway be tried, besides silence and unreachable ones. Default: 503. */
  readonly failoverOn?: readonly number[]
  /** How gateways are asked whether they live. Default: not at all. */
  readonly probe?: DispatcherInput['probe']
  /** The dispatcher's algorithm. Default: round robin. */
  readonly algorithm?: AlgorithmLike
  /** What is said of each gateway besides its URI. */
  readonly destination?: (index: number) => Omit<DestinationInput, 'uri'>
  /** What else the dispatcher is configured with. */
  readonly config?: Omit<DispatcherInput, 'sets' | 'probe'>
  readonly network?: Network
  readonly app?: AppOptions
  readonly routes?: AppOptions['routes']
  readonly callee?: Partial<PhoneOptions>
  readonly listen?: readonly ListenAddress[]
}

type DestinationInput = Exclude<
  NonNullable<NonNullable<DispatcherInput['sets']>[string]['destinations']>[number],
  string
>

export interface Rig {
  readonly network: Network
  readonly app: App
  readonly caller: Phone
  readonly gateways: readonly Phone[]
  /** The service that the routes use; its one set is `gateways`. */
  readonly dispatcher: Dispatcher
  readonly observed: Observed
  /** Gateway by gateway, what the dispatcher calls it. */
  readonly uris: readonly string[]
  /** What the dispatcher was configured with, for these gateways. */
  readonly configured: (uris: readonly string[]) => DispatcherInput
}

/** What the routes saw. */
export interface Observed {
  /** How often the algorithm was asked. */
  selections: number
  /** Why attempts failed, in order. */
  readonly failures: (SipError | number)[]
}

export async function rig(options: RigOptions): Promise<Rig> {
  const { network = new Network(), transport = 'udp', probe = { mode: 'none' } } = options
  const addresses = options.gateways.map((_, index) =>
    index < 80 ? `192.0.2.${11 + index}` : `198.51.100.${index - 69}`,
  )
  const port = transport === 'tls' ? 5061 : 5060
  const gateways = await Promise.all(
    options.gateways.map((answer, index) => {
      const at = `${transport.toUpperCase()}:${addresses[index] ?? ''}:${port}`
      return Phone.at(network, { at, ...(answer !== undefined && { answer }), ...options.callee })
    }),
  )
  const observed: Observed = { selections: 0, failures: [] }
  const algorithm = counted(observed, options.algorithm ?? roundRobin)
  const uris = addresses.map((address) => `sip:${address}:${port};transport=${transport}`)
  const configured = (destinations: readonly string[]): DispatcherInput => ({
    ...options.config,
    sets: {
      gateways: {
        algorithm,
        destinations: destinations.map((uri) => ({
          ...options.destination?.(uris.indexOf(uri)),
          uri,
        })),
      },
    },
    probe,
  })
  const app = await createApp({
    plugins: [dispatcherPlugin(configured(uris))],
    routes: options.routes ?? [balancing(observed, options.relay, options.failoverOn)],
    clock: network.clock,
    chance: network.chance,
    log: silent,
    transports: ['UDP', 'TCP', 'TLS'].map((name) => network.transport(name)),
    ...options.app,
  })
  await app.listen(
    ...(options.listen ?? ['udp:192.0.2.1:5060', 'tcp:192.0.2.1:5060', 'tls:192.0.2.1:5061']),
  )
  const caller = await Phone.at(network, {
    at: ['UDP:192.0.2.100:5060', 'TCP:192.0.2.100:5060'],
    proxy: edge,
  })
  const dispatcher = app.resolve(Dispatcher)
  return { network, app, caller, gateways, dispatcher, observed, uris, configured }
}

/** An algorithm of the dispatcher, with a count of how often it was asked. */
function counted(observed: Observed, like: AlgorithmLike) {
  const { algorithm } = resolveAlgorithm(like)
  return defineAlgorithm(`counted-${algorithm.name}`, (setup) => {
    const selector = algorithm.start(setup)
    return {
      weighs: selector.weighs === true,
      load: (destinations) => selector.load(destinations),
      select(ctx) {
        observed.selections++
        return selector.select(ctx)
      },
    }
  })
}

function balancing(
  observed: Observed,
  relay: RelayOptions = {},
  failoverOn: readonly number[] = [503],
) {
  @Routes()
  class LoadBalancer {
    readonly #dispatcher: Dispatcher

    constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
      this.#dispatcher = dispatcher
    }

    @OnRequest('*')
    any(ctx: RequestContext): Handled {
      ctx.recordRoute()
      return ctx.relay(this.#dispatcher.select('gateways', ctx), relay)
    }

    @OnFailure('*')
    failed(ctx: FailureContext): Handled {
      observed.failures.push(ctx.error ?? ctx.response.status)
      const another = ctx.cause !== 'response' || failoverOn.includes(ctx.response.status)
      return another ? ctx.relayNext() : ctx.forward()
    }
  }
  return LoadBalancer
}

/** Calls in progress on each destination in service. */
export function loads(dispatcher: Dispatcher): readonly number[] {
  return dispatcher.sets()[0]!.destinations.map(({ load }) => load.calls)
}

/** Numbers of calls that each gateway got. */
export function shares(gateways: readonly Phone[]): readonly number[] {
  return gateways.map(({ invitations }) => invitations.length)
}

const ignore = () => undefined
export const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore }
export const bob = 'sip:bob@example.com'
