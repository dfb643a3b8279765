/** What a plugin author reads: `definePlugin`, and the host that `setup` is given. */
import { type z } from 'zod'
import { type Chance, type Clock, type Log } from '../environment.js'
import { SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { type SipResponse } from '../message/message.js'
import { type SipUri } from '../message/uri.js'
import { type Transport } from '../transport/transport.js'
import {
  type Admission,
  type AdmissionContext,
  type AttemptContext,
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type ReplyContext,
  type ResponseContext,
} from './context.js'
import { type Boundary } from './boundary.js'
import { type Figures } from './figures.js'
import { type Middleware, type MiddlewareFunction } from './middleware.js'
import { type MessageObserver } from './observer.js'
import { type ServiceToken } from './service.js'
import { type Workers } from './workers.js'
import { type ZoneLookUp, type ZonePort } from './zone.js'

/** A request that the app itself sends outside any dialog. */
export interface OutgoingRequest {
  readonly method: string
  /** Request-URI and To; where it goes, unless `nextHop` says otherwise. */
  readonly uri: string
  readonly nextHop?: string
  /** The From URI. Default: `sip:` and our own address. */
  readonly from?: string
  readonly headers?: Readonly<Record<string, string>>
  /** No final response within this: `timeout`. */
  readonly timeoutMs: number
}

export type OutgoingResult =
  | { readonly kind: 'response'; readonly response: SipResponse; readonly elapsedMs: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'transport-error'; readonly error: SipError }

/** What a plugin's `setup` works with. Hooks run in the order of the plugin list. */
export interface Host {
  readonly log: Log
  readonly clock: Clock
  readonly chance: Chance
  /** The other processes that serve the same calls, if there are any. */
  readonly workers: Workers
  /**
   * A secret for a purpose of the plugin's own, derived from the app's: the same in every worker, on every node that shares
   * the app's secret, and after a restart. Begin the purpose with the plugin's name.
   */
  secretFor(purpose: string): string
  /** Registers an instance under a token; throws SIPW_ERR_SERVICE_DUPLICATE for a second one. */
  provide<T>(token: ServiceToken<T>, instance: T): void
  /** The instance that another plugin provided; that plugin must be in `requires`. */
  resolve<T>(token: ServiceToken<T>): T
  /**
   * The instance that another plugin provided, or undefined if there is no such plugin. Ask from `onReady` on: plugins that
   * start later have provided theirs by then.
   */
  find<T>(token: ServiceToken<T>): T | undefined
  /** Runs for every request outside a dialog, before its route class. */
  use(middleware: Middleware | MiddlewareFunction): void
  addTransport(transport: Transport): void
  /**
   * Tells the zone of addresses that the configuration puts in none: the dispatcher's backends are `inside`. Asked often, so it
   * must be quick, and answers are remembered: call what is returned when they have changed.
   */
  addZones(lookUp: ZoneLookUp): () => void
  /** Before anything is spent on a message: true drops it. Sync. §18.2.1 */
  onReceive(hook: (text: string, flow: Flow) => boolean): void
  /**
   * Every request that no transaction knows, in or out of a dialog, before there is one; never ACK or CANCEL. Sync. What a
   * hook throws refuses the request with 500.
   */
  onAdmit(hook: (ctx: AdmissionContext) => Admission): void
  /** Every new request, in or out of a dialog, but ACK and CANCEL. §16.3 */
  onRequest(hook: MiddlewareFunction): void
  /** The copy for one branch, before it leaves; ACKs too. §16.6 */
  onForward(hook: (ctx: BranchContext) => void): void
  /** Each response of a branch, our Via removed. §16.7 */
  onResponse(hook: (ctx: ResponseContext) => void): void
  /** Each failed attempt. It observes: what follows is the route class's to decide. §16.7 step 4, §16.9 */
  onFailure(hook: (ctx: AttemptContext) => void): void
  /** Everything that goes to the caller in a transaction: what is refused without one passes by. §16.7 step 9 */
  onReply(hook: (ctx: ReplyContext) => void): void
  /** The caller hung up. §16.10 */
  onCancel(hook: (ctx: CancelContext) => void): void
  /**
   * Sees every message first when it comes and last when it leaves: hides names, translates addresses. In the order of the
   * plugin list. What is refused without a transaction passes by, under the fields that its sender wrote.
   */
  addBoundary(boundary: Boundary): void
  /** Is told of every message that comes or goes, as it stands on the wire. Until somebody asks, messages pay nothing for it. */
  observeMessages(observer: MessageObserver): void
  /**
   * Is told of every call of a route's handler: which (`LoadBalancer.invite`), and the milliseconds until it had decided, what it
   * waited for included. Until somebody asks, handlers are called as they are.
   */
  onHandler(hook: (handler: string, elapsedMs: number) => void): void
  /**
   * Numbers of the plugin's own, by what became of what it counts, read when somebody asks: `addCounters('hep_packets', 'Packets for
   * the collector.', () => ({ sent, lost }))` is `sipwright_hep_packets_total{result="sent"}` in `/metrics`.
   */
  addCounters(name: string, help: string, read: () => Readonly<Record<string, number>>): void
  /** Once, when the request is over. */
  onDone(hook: (ctx: DoneContext) => void): void
  /** Listeners are bound. */
  onReady(hook: () => void | Promise<void>): void
  /** `app.reload()`: read files again. A rejection is reported and leaves the old state in force. */
  onReload(hook: () => void | Promise<void>): void
  /** Last plugin first. */
  onClose(hook: () => void | Promise<void>): void
  /**
   * The places that a SIP URI stands for, best first: at once where they are known, later where DNS is asked. Rejects with
   * SIPW_ERR_UNRESOLVABLE; throws SIPW_ERR_MALFORMED_URI, SIPW_ERR_URI_SCHEME. From `onReady` on. RFC 3263 §4
   */
  locate(uri: string): readonly Hop[] | Promise<readonly Hop[]>
  /** The zone that an address belongs to; undefined: that of the listener that it comes in by. Look-ups cost: ask few. */
  zoneOf(address: string, at?: ZonePort): string | undefined
  /** How the app is: its counters, transactions and listeners. From `onReady` on. */
  figures(): Figures
  /** Whether a URI leads to us: an address of a listener, or a domain that we answer for. */
  isOurs(uri: SipUri): boolean
  /** Sends a request of our own; `done` is called exactly once. */
  send(request: OutgoingRequest, done: (result: OutgoingResult) => void): void
}

export interface PluginDefinition<Schema extends z.ZodType> {
  readonly name: string
  /** Names of plugins that must start first. */
  readonly requires?: readonly string[]
  /** Strict: a misspelt key fails at boot. Defaults and the sentence of each key live here. */
  readonly config: Schema
  setup(host: Host, config: z.output<Schema>): void | Promise<void>
}

/** A plugin with its configuration, ready for `createApp({ plugins })`. */
export interface Plugin {
  readonly name: string
  readonly requires: readonly string[]
  setup(host: Host): void | Promise<void>
}

/**
 * Makes the function that users call: `export const rateLimit = definePlugin({ name, config, setup })`, then
 * `createApp({ plugins: [rateLimit({ rate: 10 })] })`. The configuration is checked when it is called: throws
 * SIPW_ERR_PLUGIN_CONFIG that names the plugin and every faulty key.
 */
export function definePlugin<Schema extends z.ZodType>(
  definition: PluginDefinition<Schema>,
): (config: z.input<Schema>) => Plugin {
  return (input) => {
    const parsed = definition.config.safeParse(input)
    if (!parsed.success) {
      throw new SipError('SIPW_ERR_PLUGIN_CONFIG', [definition.name, faults(parsed.error)])
    }
    const config = parsed.data
    return {
      name: definition.name,
      requires: definition.requires ?? [],
      setup: (host) => definition.setup(host, config),
    }
  }
}

function faults(error: z.ZodError): string {
  return error.issues
    .map(
      ({ path, message }) => `${path.length === 0 ? 'configuration' : path.join('.')}: ${message}`,
    )
    .join('; ')
}
