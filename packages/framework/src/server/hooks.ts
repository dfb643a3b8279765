/** What plugins hooked in, in the order of the plugin list. Fixed once the app has started. */
import { type Flow } from '../message/flow.js'
import {
  type Admission,
  type AdmissionContext,
  type AttemptContext,
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type ReplyContext,
  type ResponseContext,
} from '../plugin/context.js'
import { type Boundary } from '../plugin/boundary.js'
import { type PluginCounters } from '../plugin/figures.js'
import { type MiddlewareFunction } from '../plugin/middleware.js'
import { type MessageObserver } from '../plugin/observer.js'

export class Hooks {
  readonly receive: ((text: string, flow: Flow) => boolean)[] = []
  readonly admit: ((ctx: AdmissionContext) => Admission)[] = []
  /** `onRequest`: in and out of dialogs. */
  readonly everyRequest: MiddlewareFunction[] = []
  /** `onRequest` and `use`, in the order in which they were registered: outside dialogs. */
  readonly newRequest: MiddlewareFunction[] = []
  readonly forward: ((ctx: BranchContext) => void)[] = []
  readonly response: ((ctx: ResponseContext) => void)[] = []
  readonly failure: ((ctx: AttemptContext) => void)[] = []
  readonly reply: ((ctx: ReplyContext) => void)[] = []
  readonly cancel: ((ctx: CancelContext) => void)[] = []
  readonly boundaries: Boundary[] = []
  readonly observers: MessageObserver[] = []
  readonly handler: ((handler: string, elapsedMs: number) => void)[] = []
  readonly counters: (() => PluginCounters)[] = []
  readonly done: ((ctx: DoneContext) => void)[] = []
  readonly ready: (() => void | Promise<void>)[] = []
  readonly reload: (() => void | Promise<void>)[] = []
  readonly close: { readonly plugin: string; readonly run: () => void | Promise<void> }[] = []

  /** The same hooks and one more at the end of each request. */
  with(done: (ctx: DoneContext) => void): Hooks {
    return Object.assign(new Hooks(), this, { done: [...this.done, done] })
  }
}
