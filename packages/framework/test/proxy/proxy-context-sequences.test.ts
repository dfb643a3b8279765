/**
 * Random lives of proxied requests: whatever comes in whatever order, the rules of §16.7 hold, and every request
 * comes to its end. A failing seed is in the message.
 */
import { expect, test } from '@jest/globals'
import {
  type Branch,
  type FailureDecision,
  ProxyContext,
  type ProxyEffect,
} from '#src/proxy/proxy-context.js'
import { type SipRequest } from '#src/message/message.js'
import { answer, invite, message } from '#src/testing/messages.js'
import { sourceOf, targets } from './lab.js'

const statuses = [100, 180, 183, 200, 302, 401, 404, 408, 486, 487, 500, 503, 603]

test('at most one final non-2xx, none after a 2xx; no attempt too late; CANCEL once and only when allowed; one end', () => {
  for (let seed = 1; seed <= 4_000; seed += 1) {
    const fault = new Life(seed).live()
    expect({ seed, fault }).toEqual({ seed, fault: undefined })
  }
})

test('the same seed lives the same life', () => {
  const first = new Life(7)
  const second = new Life(7)
  first.live()
  second.live()
  expect(second.history).toEqual(first.history)
})

/** One request, what happened to it, and the rules it must keep. */
class Life {
  readonly history: string[] = []
  readonly #next: () => number
  readonly #isInvite: boolean
  readonly #context: ProxyContext
  readonly #request: SipRequest
  #now = 0
  #fault: string | undefined
  #undecided: Branch[] = []
  readonly #provisional = new Set<Branch>()
  readonly #final = new Set<Branch>()
  readonly #cancelled = new Set<Branch>()
  #hungUp = false
  #declined = false
  #accepted = false
  #finals = 0
  #ends = 0

  constructor(seed: number) {
    this.#next = random(seed)
    this.#isInvite = this.#pick(4) > 0
    this.#request = this.#isInvite ? invite() : message()
    this.#context = new ProxyContext(
      { request: this.#request },
      {
        ringTimeout: 60_000,
        linger: 32_000,
      },
    )
  }

  live(): string | undefined {
    const options = {
      ...(this.#pick(2) === 0 ? { timeoutMs: 2_000 } : {}),
      ...(this.#pick(3) === 0 ? { deadlineMs: 5_000 } : {}),
      ...(this.#pick(3) === 0 ? { maxAttempts: 2 } : {}),
    }
    const hosts = targets('a', 'b', 'c')
    if (this.#pick(2) === 0) this.#take(this.#context.relay(sourceOf(hosts), options, this.#now))
    else this.#take(this.#context.fork(hosts, options, this.#now))
    for (let step = 0; step < 20; step += 1) this.#step()
    this.#end()
    if (this.#ends !== 1) this.#breaks(`ended ${this.#ends} times`)
    if (!this.#context.answered) this.#breaks('never answered')
    if (this.#context.nextDeadline !== Infinity) this.#breaks('still waits for a timer')
    return this.#fault
  }

  #step(): void {
    const choice = this.#pick(10)
    const branch = this.#context.branches[this.#pick(this.#context.branches.length)]
    if (branch === undefined) return
    if (choice < 5) this.#receive(branch, statuses[this.#pick(statuses.length)] ?? 200)
    else if (choice === 5) this.#fail(branch)
    else if (choice === 6) this.#advance(this.#pick(40) * 500)
    else if (choice === 7) this.#decideOne()
    else if (choice === 8) this.#restart(branch)
    else if (this.#pick(4) === 0) this.#hangUp()
  }

  /** Every handler decides, every timer runs, and what a transaction would still wait for fails. */
  #end(): void {
    for (let round = 0; round < 50 && this.#ends === 0; round += 1) {
      while (this.#undecided.length > 0) this.#decideOne()
      this.#advance(10_000)
      const open = this.#context.branches.find(({ state }) => state === 'trying')
      if (open !== undefined) this.#fail(open)
      const heard = this.#context.branches.find(({ state }) => state === 'proceeding')
      // A transaction's Timer F ends a non-INVITE that proceeds; an INVITE has Timer C.
      if (!this.#isInvite && heard !== undefined) this.#fail(heard)
    }
    this.#advance(200_000)
  }

  #receive(branch: Branch, status: number): void {
    // A transaction hands up nothing but 2xx after its final response.
    if (this.#final.has(branch) && (status < 200 || status >= 300)) return
    if (status < 200) this.#provisional.add(branch)
    else this.#final.add(branch)
    if (status >= 600) this.#declined = true
    this.history.push(`${this.#now} receive ${status} of ${branch.index}`)
    const response = answer(this.#request, status)
    this.#take(this.#context.received(branch, response, this.#now))
  }

  #fail(branch: Branch): void {
    if (this.#final.has(branch)) return
    this.#final.add(branch)
    this.history.push(`${this.#now} fail ${branch.index}`)
    const cause = this.#pick(2) === 0 ? 'no-response' : 'transport-error'
    this.#take(this.#context.failed(branch, cause, this.#now))
  }

  /** The next server of the target: a new transaction, from which nothing has been heard. */
  #restart(branch: Branch): void {
    if (this.#final.has(branch) || !this.#context.restart(branch, this.#now)) return
    this.history.push(`${this.#now} restart ${branch.index}`)
    if (this.#hungUp) this.#breaks('a server tried after the caller hung up')
    if (this.#finals > 0 || this.#accepted || this.#declined) {
      this.#breaks('a server tried after the request was decided')
    }
    this.#provisional.delete(branch)
  }

  #decideOne(): void {
    const branch = this.#undecided.splice(this.#pick(this.#undecided.length), 1)[0]
    if (branch === undefined) return
    const decisions: FailureDecision[] = [
      { kind: 'next' },
      { kind: 'next' },
      { kind: 'forward' },
      { kind: 'relay', source: sourceOf(targets('d')), options: {} },
      { kind: 'fork', targets: targets('e', 'f'), options: {} },
      { kind: 'reply', response: answer(this.#request, 480) },
    ]
    const decision = decisions[this.#pick(decisions.length)] ?? { kind: 'forward' }
    this.history.push(`${this.#now} decide ${decision.kind} for ${branch.index}`)
    this.#take(this.#context.decide(branch, decision, this.#now))
  }

  #hangUp(): void {
    if (this.#isInvite && this.#finals === 0 && !this.#accepted) this.#hungUp = true
    this.history.push(`${this.#now} hang up`)
    this.#take(this.#context.cancel(this.#now))
  }

  #advance(ms: number): void {
    const end = this.#now + ms
    for (let { nextDeadline } = this.#context; nextDeadline <= end;) {
      this.#now = Math.max(this.#now, nextDeadline)
      this.#take(this.#context.runTimers(this.#now))
      if (this.#context.nextDeadline <= nextDeadline) {
        this.#breaks('a timer that has fired is still due')
        return
      }
      ;({ nextDeadline } = this.#context)
    }
    this.#now = end
  }

  #take(effects: readonly ProxyEffect[]): void {
    for (const effect of effects) {
      this.history.push(`${this.#now} → ${effect.kind}`)
      this.#check(effect)
    }
  }

  #check(effect: ProxyEffect): void {
    switch (effect.kind) {
      case 'try':
        if (this.#hungUp) this.#breaks('a target tried after the caller hung up')
        if (this.#declined) this.#breaks('a target tried after a 6xx')
        if (this.#finals > 0 || this.#accepted)
          this.#breaks('a target tried after the final answer')
        break
      case 'cancel':
        if (!this.#isInvite) this.#breaks('CANCEL of a non-INVITE')
        if (!this.#provisional.has(effect.branch)) this.#breaks('CANCEL before a provisional')
        if (this.#final.has(effect.branch)) this.#breaks('CANCEL after a final response')
        if (this.#cancelled.has(effect.branch)) this.#breaks('a second CANCEL')
        this.#cancelled.add(effect.branch)
        break
      case 'failed':
        if (this.#hungUp) this.#breaks('a handler asked about a cancelled call')
        this.#undecided.push(effect.branch)
        break
      case 'respond':
        this.#checkResponse(effect.response.status)
        break
      case 'silence':
        if (this.#isInvite) this.#breaks('an INVITE without an answer')
        this.#finals += 1
        break
      case 'done':
        this.#ends += 1
        break
      case 'abandon':
        break
    }
  }

  #checkResponse(status: number): void {
    const isOver = this.#finals > 0 || this.#accepted
    if (status === 100) this.#breaks('a 100 forwarded')
    if (status < 200) {
      if (isOver) this.#breaks('a provisional after the final answer')
      if (!this.#isInvite) this.#breaks('a provisional for a non-INVITE')
    } else if (status < 300) {
      if (!this.#isInvite && isOver) this.#breaks('a second final answer to a non-INVITE')
      this.#accepted = true
    } else {
      if (this.#accepted) this.#breaks(`${status} after a 2xx`)
      if (this.#finals > 0) this.#breaks(`a second final answer: ${status}`)
      if (status === 408 && !this.#isInvite) this.#breaks('408 for a non-INVITE')
      if (status === 503) this.#breaks('a 503 forwarded')
      this.#finals += 1
    }
  }

  #breaks(rule: string): void {
    this.#fault ??= `${rule}\n${this.history.join('\n')}`
  }

  #pick(count: number): number {
    return Math.floor(this.#next() * count)
  }
}

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
