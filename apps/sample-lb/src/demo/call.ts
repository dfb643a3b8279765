/** One call of the demo's callers: INVITE, ACK, perhaps a re-INVITE, BYE, or CANCEL while it rings. */
import {
  type Address,
  type Request,
  type Response,
  type RouteAddress,
  type Stack,
  type Via,
} from 'sip'
import { sessionDescription } from './far-end.js'
import { type Outcome } from './messages.js'

export interface CallPlan {
  /** Request-URI. */
  readonly uri: string
  /** Our own Contact. */
  readonly contact: string
  readonly callId: string
  readonly tag: string
  /** The caller hangs up after so long, if it still rings. */
  readonly cancelAfterMs: number | undefined
  readonly talkMs: number
  /** A re-INVITE half way through. */
  readonly reinvite: boolean
}

/** Nobody waits longer for an answer. */
const patienceMs = 30_000

export class DemoCall {
  readonly #stack: Stack
  readonly #plan: CallPlan
  readonly #ended: (outcome: Outcome) => void
  readonly #invite: Request
  #sequence = 0
  #remote: Address
  #remoteTarget: string
  #routes: readonly RouteAddress[] = []
  #backend = ''
  #answeredAt = 0
  #hungUp = false
  #over = false
  readonly #timers = new Set<NodeJS.Timeout>()

  /** `ended` is called once. */
  constructor(stack: Stack, plan: CallPlan, ended: (outcome: Outcome) => void) {
    this.#stack = stack
    this.#plan = plan
    this.#ended = ended
    this.#remote = { uri: plan.uri, params: {} }
    this.#remoteTarget = plan.uri
    this.#invite = this.#request('INVITE', sessionDescription)
  }

  start(): void {
    this.#stack.send(this.#invite, (response) => this.#inviteAnswered(response))
    this.#after(patienceMs, () => this.#end({ kind: 'failed', status: 0 }))
    if (this.#plan.cancelAfterMs !== undefined) {
      this.#after(this.#plan.cancelAfterMs, () => this.#hangUpWhileRinging())
    }
  }

  /** The run is over: judged as it stands. */
  giveUp(): void {
    const answered = this.#answeredAt > 0
    this.#end(
      answered ? { kind: 'answered', backend: this.#backend } : { kind: 'failed', status: 0 },
    )
  }

  #inviteAnswered(response: Response): void {
    if (response.status < 200) return
    if (response.status >= 300) {
      const { status } = response
      this.#end(this.#hungUp ? { kind: 'cancelled' } : { kind: 'failed', status })
      return
    }
    if (this.#answeredAt === 0) this.#establish(response)
    this.#acknowledge(response)
  }

  /** §12.1.2: the route set is the Record-Route of the answer, last first. */
  #establish(response: Response): void {
    const contact = response.headers.contact?.[0]?.uri ?? this.#plan.uri
    this.#answeredAt = Date.now()
    this.#remote = response.headers.to
    this.#remoteTarget = contact
    this.#routes = (response.headers['record-route'] ?? []).toReversed()
    this.#backend = /^sip:([^@]*)@/.exec(contact)?.[1] ?? ''
    this.#clearTimers()
    const { talkMs, reinvite } = this.#plan
    if (reinvite) this.#after(talkMs / 2, () => this.#reinvite())
    else this.#after(talkMs, () => this.#bye())
  }

  #reinvite(): void {
    this.#stack.send(this.#request('INVITE', sessionDescription), (response) => {
      if (response.status < 200) return
      if (response.status >= 300) return this.#break(response.status)
      this.#acknowledge(response)
      this.#after(this.#plan.talkMs / 2, () => this.#bye())
    })
  }

  #bye(): void {
    this.#stack.send(this.#request('BYE'), ({ status }) => {
      if (status < 200) return
      if (status < 300) this.#end({ kind: 'answered', backend: this.#backend })
      else this.#break(status)
    })
  }

  #hangUpWhileRinging(): void {
    this.#hungUp = true
    const { from, to, via } = this.#invite.headers
    const cseq = { seq: this.#invite.headers.cseq.seq, method: 'CANCEL' }
    const headers = { via, from, to, 'call-id': this.#plan.callId, cseq, 'max-forwards': 70 }
    this.#stack.send({ method: 'CANCEL', uri: this.#invite.uri, headers })
  }

  /** The ACK of a 2xx is a request of its own. §13.2.2.4 */
  #acknowledge(response: Response): void {
    const ack = this.#request('ACK')
    ack.headers.cseq.seq = response.headers.cseq.seq
    this.#stack.send(ack)
  }

  #request(method: string, content?: string): Request {
    const { callId, contact, tag } = this.#plan
    if (method !== 'ACK') this.#sequence++
    const headers: Request['headers'] = {
      via: viaOfItsOwn(`${tag}.${String(this.#sequence)}`),
      from: { uri: contact, params: { tag } },
      to: this.#remote,
      'call-id': callId,
      cseq: { seq: this.#sequence, method },
      'max-forwards': 70,
      contact: [{ uri: contact, params: {} }],
    }
    // The package takes the routes that it used up off the list.
    if (this.#routes.length > 0) headers.route = [...this.#routes]
    const request: Request = { method, uri: this.#remoteTarget, headers }
    if (content !== undefined) {
      headers['content-type'] = 'application/sdp'
      request.content = content
    }
    return request
  }

  #break(status: number): void {
    this.#end({ kind: 'broken', backend: this.#backend, answeredAt: this.#answeredAt, status })
  }

  #end(outcome: Outcome): void {
    if (this.#over) return
    this.#over = true
    this.#clearTimers()
    this.#ended(outcome)
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#over) run()
    }, ms)
    this.#timers.add(timer)
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}

/**
 * The package draws branches from a million values: within the 32 s that a transaction lives, a busy caller would use
 * one twice, and the second request would be taken for a repetition of the first (§17.2.3). So what it draws
 * gets an ending of our own.
 */
function viaOfItsOwn(unique: string): Via[] {
  const vias: Via[] = []
  vias.unshift = (via) => {
    const drawn = via.params['branch']
    let branch: string | undefined
    Object.defineProperty(via.params, 'branch', {
      enumerable: true,
      get: () => branch,
      set: (value: string) => {
        branch = `${value}.${unique}`
      },
    })
    via.params['branch'] = drawn ?? 'z9hG4bK'
    return vias.push(via)
  }
  return vias
}
