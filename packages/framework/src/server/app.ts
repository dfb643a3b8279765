/** createApp: one container, plugins, routes, listeners; listen, reload, close, inject. */
import { type Clock, type Chance, type Log } from '../environment.js'
import { type LocalAddress } from '../message/flow.js'
import { type SipRequest } from '../message/message.js'
import { type SipResponse } from '../message/message.js'
import { type Target } from '../proxy/target.js'
import { type Timers } from '../transaction/timers.js'
import { type ListenOptions, type Transport, type TransportLimits } from '../transport/transport.js'
import { type Plugin, type ServiceToken } from '../plugin/plugin.js'

export type RouteClass = new (...args: never[]) => object

export interface AppOptions {
  readonly plugins?: readonly Plugin[]
  readonly routes?: readonly RouteClass[]
  /** Default: pino at level info, JSON to stdout. */
  readonly log?: Log
  readonly timers?: Partial<Timers>
  readonly limits?: Partial<TransportLimits> & { readonly transactions?: number }
  /** Resolvers as `127.0.0.53:5353`; empty: the system's. */
  readonly dns?: { readonly servers?: readonly string[] }
  /** `edge` (default): only our own Route is followed (403). `open`: a plain proxy that follows any. */
  readonly profile?: 'edge' | 'open'
  /** Domains we answer for; empty: any. Requests outside a dialog for another domain get 403. */
  readonly domains?: readonly string[]
  /** Zone name → CIDR list; a source outside all of them belongs to its listener's zone. */
  readonly zones?: Readonly<Record<string, readonly string[]>>
  /** Transports besides UDP and TCP. */
  readonly transports?: readonly Transport[]
  /** Tests hand in a virtual one. */
  readonly clock?: Clock
  readonly chance?: Chance
}

/** `udp:127.0.0.1:5060`, `tcp:[::1]:5060`, or the long form. */
export type ListenAddress = string | (ListenOptions & { readonly transport: string })

/** What a scripted backend of `inject` does: one status, a script, or silence. */
export type BackendScript =
  number | 'timeout' | 'refused' | readonly { readonly status: number; readonly afterMs?: number }[]

export interface InjectRequest {
  readonly method: string
  readonly uri: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly from?: { readonly address: string; readonly port?: number; readonly transport?: string }
}

export interface InjectOptions {
  /** By target URI, as the route named it. */
  readonly backends?: Readonly<Record<string, BackendScript>>
  /** The caller hangs up after so long. */
  readonly cancelAfterMs?: number
}

export interface InjectedCall {
  /** The final status that the caller got; undefined if none came. */
  readonly status: number | undefined
  readonly response: SipResponse | undefined
  /** Everything that the caller got, in order. */
  readonly responses: readonly SipResponse[]
  /** The attempts, in order, with the request that each backend saw. */
  readonly branches: readonly {
    readonly target: Target
    readonly request: SipRequest
    readonly status: number | undefined
  }[]
  /** Virtual milliseconds from the request to the final response. */
  readonly elapsedMs: number
}

export declare class App {
  /** Bound listeners. */
  readonly listeners: readonly LocalAddress[]
  readonly log: Log
  /** Binds every address, or none: throws SIPW_ERR_LISTEN. Resolves when plugins are ready. */
  listen(...addresses: readonly ListenAddress[]): Promise<void>
  /** Plugins read their files again; calls in progress notice nothing. Rejects with what was refused. */
  reload(): Promise<void>
  /** Stops receiving, closes plugins in reverse. Each step has a time limit. */
  close(): Promise<void>
  /** The instance that a plugin provided. */
  resolve<T>(token: ServiceToken<T>): T
  /** One line per route: `INVITE → allowFrom → digest → LoadBalancer.invite`. */
  describeRoutes(): readonly string[]
  /** Runs a request through the same machines, on a virtual clock, with scripted backends. */
  inject(request: InjectRequest, options?: InjectOptions): Promise<InjectedCall>
  /** Live transactions. */
  readonly transactions: number
}

export declare function createApp(options?: AppOptions): Promise<App>
