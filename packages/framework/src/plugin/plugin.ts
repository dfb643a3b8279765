/** What a plugin author reads: `definePlugin`, and the host that `setup` is given. */
import { type z } from 'zod'
import { type Chance, type Clock, type Log } from '../environment.js'
import { type SipError } from '../errors.js'
import { type Flow } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { type Transport } from '../transport/transport.js'
import {
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type FailureContext,
  type ReplyContext,
  type RequestContext,
  type ResponseContext,
} from './context.js'
import { type MaybeHandled } from './handled.js'

/** A service's name in the container: its class, or a symbol made by `serviceToken`. */
export type ServiceToken<T> = (abstract new (...args: never[]) => T) | symbol

/** One step before the handler: nothing to go on, `Handled` to end the request. */
export type MiddlewareFunction = (ctx: RequestContext) => MaybeHandled | Promise<MaybeHandled>

/** A request that the app itself sends outside any dialog. */
export interface OutgoingRequest {
  readonly method: string
  /** Request-URI and To; where it goes, unless `nextHop` says otherwise. */
  readonly uri: string
  readonly nextHop?: string
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
  /** Registers an instance under a token; refuses a second one with a code. */
  provide<T>(token: ServiceToken<T>, instance: T): void
  /** The instance that another plugin provided; it must be in `requires`. */
  resolve<T>(token: ServiceToken<T>): T
  /** Every request, before its route class. */
  use(middleware: MiddlewareFunction): void
  addTransport(transport: Transport): void
  /** Before anything is spent on a message: true drops it. Sync. §18.2.1 */
  onReceive(hook: (text: string, flow: Flow) => boolean): void
  /** Every request outside a transaction match, in or out of a dialog. §16.3 */
  onRequest(hook: MiddlewareFunction): void
  /** The copy for one branch, before it leaves. §16.6 */
  onForward(hook: (ctx: BranchContext) => void): void
  /** Each response of a branch. §16.7 */
  onResponse(hook: (ctx: ResponseContext) => void): void
  /** Each failed attempt; observing only: what follows is the route class's to decide. §16.7 step 4, §16.9 */
  onFailure(hook: (ctx: FailureContext) => void): void
  /** Everything that goes to the caller. §16.7 step 9 */
  onReply(hook: (ctx: ReplyContext) => void): void
  onCancel(hook: (ctx: CancelContext) => void): void
  /** Once, when the request is over. */
  onDone(hook: (ctx: DoneContext) => void): void
  /** Listeners are bound. */
  onReady(hook: () => void | Promise<void>): void
  /** `app.reload()`: read files again. A rejection is reported and leaves the old state in force. */
  onReload(hook: () => void | Promise<void>): void
  /** Last plugin first. */
  onClose(hook: () => void | Promise<void>): void
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
  /** Checks the configuration; throws SIPW_ERR_PLUGIN_CONFIG that names plugin and key. */
  setup(host: Host): void | Promise<void>
}

/** Makes `rateLimit({ rate: 10 })` from a definition. */
export declare function definePlugin<Schema extends z.ZodType>(
  definition: PluginDefinition<Schema>,
): (config: z.input<Schema>) => Plugin

export type { SipRequest }
