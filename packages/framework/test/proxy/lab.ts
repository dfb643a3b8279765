/** One proxied request on virtual time: inputs are fed by hand, effects are read as short lines. */
import { type SipRequest, type SipResponse } from '#src/message/message.js'
import {
  type FailureDecision,
  ProxyContext,
  type ProxyEffect,
  type RelayOptions,
} from '#src/proxy/proxy-context.js'
import { type Target, type TargetSource } from '#src/proxy/target.js'
import { answer, invite } from '#src/testing/messages.js'

export class Lab {
  now = 0
  readonly context: ProxyContext
  /** Responses that went to the caller, in order. */
  readonly responses: SipResponse[] = []
  readonly #request: SipRequest
  readonly #lines: string[] = []

  constructor(request: SipRequest = invite(), timers = { ringTimeout: 180_000, linger: 32_000 }) {
    this.#request = request
    this.context = new ProxyContext({ request }, timers)
  }

  /** What was to be done since the last call: `try 0`, `respond 180 of 0`, `respond 408`, `done`. */
  get effects(): readonly string[] {
    return this.#lines.splice(0)
  }

  relay(targets: readonly Target[], options: RelayOptions = {}): this {
    return this.#drain(this.context.relay(sourceOf(targets), options, this.now))
  }

  fork(targets: readonly Target[], options: RelayOptions = {}): this {
    return this.#drain(this.context.fork(targets, options, this.now))
  }

  restart(index: number): boolean {
    return this.context.restart(this.#branch(index), this.now)
  }

  receive(index: number, status: number, headers: Readonly<Record<string, string>> = {}): this {
    const response = answer(this.#request, status, { headers })
    return this.#drain(this.context.received(this.#branch(index), response, this.now))
  }

  fail(index: number, cause: 'no-response' | 'transport-error'): this {
    return this.#drain(this.context.failed(this.#branch(index), cause, this.now))
  }

  decide(index: number, decision: FailureDecision): this {
    return this.#drain(this.context.decide(this.#branch(index), decision, this.now))
  }

  next(index: number): this {
    return this.decide(index, { kind: 'next' })
  }

  forward(index: number): this {
    return this.decide(index, { kind: 'forward' })
  }

  cancel(): this {
    return this.#drain(this.context.cancel(this.now))
  }

  /** Moves on by `ms`; timers fire on the way, each at its instant. */
  advance(ms: number): this {
    const end = this.now + ms
    while (this.context.nextDeadline <= end) {
      this.now = Math.max(this.now, this.context.nextDeadline)
      this.#drain(this.context.runTimers(this.now))
    }
    this.now = end
    return this
  }

  #branch(index: number) {
    const branch = this.context.branches[index]
    if (branch === undefined) throw new Error(`no branch ${index}`)
    return branch
  }

  #drain(effects: readonly ProxyEffect[]): this {
    for (const effect of effects) {
      this.#lines.push(line(effect))
      if (effect.kind === 'respond') this.responses.push(effect.response)
    }
    return this
  }
}

/** Targets of a load balancer: `targets('a', 'b')`. */
export function targets(...hosts: readonly string[]): Target[] {
  return hosts.map((host) => ({ uri: `sip:${host}.example.com`, role: 'next-hop' }))
}

export function sourceOf(targets: readonly Target[]): TargetSource {
  const waiting = [...targets]
  return { next: () => waiting.shift() }
}

function line(effect: ProxyEffect): string {
  switch (effect.kind) {
    case 'respond':
      return effect.branch === undefined
        ? `respond ${effect.response.status}`
        : `respond ${effect.response.status} of ${effect.branch.index}`
    case 'silence':
    case 'done':
      return effect.kind
    case 'try':
    case 'cancel':
    case 'abandon':
    case 'failed':
      return `${effect.kind} ${effect.branch.index}`
  }
}
