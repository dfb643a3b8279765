/** What later handlers of a request are given. All share the slots of the request that they belong to. */
import { type SipError } from '../errors.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { parseVia, type Via } from '../message/via.js'
import { type ContextKey } from '../plugin/context-key.js'
import {
  type AnyContext,
  type AttemptContext,
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type ReplyContext,
  type ResponseContext,
  type Source,
} from '../plugin/context.js'
import { type Branch, type FailureCause } from '../proxy/proxy-context.js'
import { type Target } from '../proxy/target.js'

/** A context that stands on another one. */
class Derived implements AnyContext {
  readonly base: AnyContext

  constructor(base: AnyContext) {
    this.base = base
  }

  get request(): SipRequest {
    return this.base.request
  }

  get source(): Source {
    return this.base.source
  }

  get now(): number {
    return this.base.now
  }

  get dialogMarks(): readonly string[] {
    return this.base.dialogMarks
  }

  get recordRouted(): boolean {
    return this.base.recordRouted
  }

  get<T>(key: ContextKey<T>): T {
    return this.base.get(key)
  }

  peek<T>(key: ContextKey<T>): T | undefined {
    return this.base.peek(key)
  }

  set<T>(key: ContextKey<T>, value: T): void {
    this.base.set(key, value)
  }
}

export class BranchView extends Derived implements BranchContext {
  readonly branch: Branch | undefined
  readonly #copy: SipRequest

  constructor(base: AnyContext, copy: SipRequest, branch: Branch | undefined) {
    super(base)
    this.#copy = copy
    this.branch = branch
  }

  get incoming(): SipRequest {
    return this.base.request
  }

  get index(): number {
    return this.branch?.index ?? 0
  }

  get target(): Target | undefined {
    return this.branch?.target
  }

  override get request(): SipRequest {
    return this.#copy
  }
}

export class ResponseView extends Derived implements ResponseContext {
  readonly branch: Branch
  readonly response: SipResponse
  readonly #ourVia: string | undefined

  constructor(base: AnyContext, branch: Branch, response: SipResponse, ourVia: string | undefined) {
    super(base)
    this.branch = branch
    this.response = response
    this.#ourVia = ourVia
  }

  get ourVia(): Via | undefined {
    return this.#ourVia === undefined ? undefined : parseVia(this.#ourVia)
  }
}

export class AttemptView extends Derived implements AttemptContext {
  readonly branch: Branch
  readonly error: SipError | undefined

  constructor(base: AnyContext, branch: Branch, error: SipError | undefined) {
    super(base)
    this.branch = branch
    this.error = error
  }

  get cause(): FailureCause {
    return this.branch.cause!
  }

  get response(): SipResponse {
    return this.branch.response!
  }

  get timedOut(): boolean {
    return this.branch.cause === 'no-response'
  }
}

export class ReplyView extends Derived implements ReplyContext {
  readonly response: SipResponse
  readonly branch: Branch | undefined

  constructor(base: AnyContext, response: SipResponse, branch: Branch | undefined) {
    super(base)
    this.response = response
    this.branch = branch
  }
}

export class CancelView extends Derived implements CancelContext {
  readonly cancel: SipRequest

  constructor(base: AnyContext, cancel: SipRequest) {
    super(base)
    this.cancel = cancel
  }
}

export class DoneView extends Derived implements DoneContext {
  readonly status: number | undefined
  readonly branches: readonly Branch[]

  constructor(base: AnyContext, status: number | undefined, branches: readonly Branch[]) {
    super(base)
    this.status = status
    this.branches = branches
  }
}
