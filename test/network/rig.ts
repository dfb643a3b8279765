/** One edge, one caller and some gateways on a simulated network: what the tests of this storey start from. */
import {
  type App,
  type AppOptions,
  createApp,
  type FailureContext,
  type Handled,
  OnFailure,
  OnRequest,
  type RelayOptions,
  type RequestContext,
  Routes,
  type SipError,
  type Target,
  type TargetSource,
} from '@sipwright/framework'
import { type Answer, Network, Phone, type PhoneOptions } from '@sipwright/framework/testing'

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
  readonly network?: Network
  readonly app?: AppOptions
  readonly routes?: AppOptions['routes']
  readonly callee?: Partial<PhoneOptions>
  readonly listen?: readonly string[]
}

export interface Rig {
  readonly network: Network
  readonly app: App
  readonly caller: Phone
  readonly gateways: readonly Phone[]
  readonly balancer: Balancer
}

export async function rig(options: RigOptions): Promise<Rig> {
  const { network = new Network(), transport = 'udp' } = options
  const addresses = options.gateways.map((_, index) => `192.0.2.${11 + index}`)
  const port = transport === 'tls' ? 5061 : 5060
  const gateways = await Promise.all(
    options.gateways.map((answer, index) => {
      const at = `${transport.toUpperCase()}:${addresses[index] ?? ''}:${port}`
      return Phone.at(network, { at, ...(answer !== undefined && { answer }), ...options.callee })
    }),
  )
  const balancer = new Balancer(
    addresses.map((address) => `sip:${address}:${port};transport=${transport}`),
  )
  const app = await createApp({
    routes: options.routes ?? [balancing(balancer, options.relay, options.failoverOn)],
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
  return { network, app, caller, gateways, balancer }
}

/** Round robin over the gateways that are up; each selection goes on with the others. */
export class Balancer {
  /** How often a selection was made. */
  selections = 0
  readonly down = new Set<number>()
  /** Why attempts failed, in order. */
  readonly failures: (SipError | number)[] = []
  readonly #targets: readonly Target[]
  #next = 0

  constructor(uris: readonly string[]) {
    this.#targets = uris.map((uri) => ({ uri, role: 'next-hop' }))
  }

  select(): TargetSource {
    this.selections++
    const usable = this.#targets.filter((_, index) => !this.down.has(index))
    const first = this.#next++
    let tried = 0
    return {
      next: () => (tried < usable.length ? usable[(first + tried++) % usable.length] : undefined),
    }
  }
}

function balancing(
  balancer: Balancer,
  relay: RelayOptions = {},
  failoverOn: readonly number[] = [503],
) {
  @Routes()
  class LoadBalancer {
    @OnRequest('*')
    any(ctx: RequestContext): Handled {
      ctx.recordRoute()
      return ctx.relay(balancer.select(), relay)
    }

    @OnFailure('*')
    failed(ctx: FailureContext): Handled {
      balancer.failures.push(ctx.error ?? ctx.response.status)
      const another = ctx.cause !== 'response' || failoverOn.includes(ctx.response.status)
      return another ? ctx.relayNext() : ctx.forward()
    }
  }
  return LoadBalancer
}

/** Numbers of calls that each gateway got. */
export function shares(gateways: readonly Phone[]): readonly number[] {
  return gateways.map(({ invitations }) => invitations.length)
}

const ignore = () => undefined
export const silent = { error: ignore, warn: ignore, info: ignore, debug: ignore }
export const bob = 'sip:bob@example.com'
