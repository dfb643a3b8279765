/** A request that came in to a phone, and its answers with their retransmissions. RFC 3261 §13.3, §17.2 */
import { type Flow } from '../message/flow.js'
import { responseTo, type SipRequest } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { calleeDialog, type Dialog } from './dialog.js'
import { type Exchange } from './exchange.js'
import { type Answer, type AnswerStep, type Phone } from './phone.js'

export class Incoming {
  readonly phone: Phone
  readonly request: SipRequest
  readonly flow: Flow
  readonly at: number
  /** What we have answered, in order. */
  readonly statuses: number[] = []
  /** How often the request was repeated. */
  retransmissions = 0
  /** Our final response has been acknowledged. */
  acknowledged = false
  cancelled = false
  dialog: Dialog | undefined = undefined
  readonly #tag: string
  #script: readonly AnswerStep[] = []
  #last = ''
  #stopScript: (() => void) | undefined = undefined
  #stopResending: (() => void) | undefined = undefined

  constructor(phone: Phone, request: SipRequest, flow: Flow) {
    this.phone = phone
    this.request = request
    this.flow = flow
    this.at = phone.now
    this.#tag = request.toTag ?? phone.network.chance.tag()
  }

  /** The final status, once it is given. */
  get final(): number | undefined {
    return this.statuses.find((status) => status >= 200)
  }

  /** Says what the script says, each in its time; nothing after a final status. */
  play(answer: Answer): void {
    if (answer === 'silence') return
    this.#script = typeof answer === 'number' ? [{ status: answer }] : answer
    this.#next()
  }

  /** Says this now. */
  respond(step: AnswerStep): void {
    const { status, headers = {}, body = '' } = step
    if (this.final !== undefined && !(status < 300 && status >= 200)) return
    this.statuses.push(status)
    const isInvite = this.request.method === 'INVITE'
    const response = responseTo(this.request, status, { toTag: this.#tag })
    const recordRoute = isInvite && status > 100 && status < 300
    if (recordRoute) {
      for (const value of this.request.headers.getAll('Record-Route')) {
        response.headers.append('Record-Route', value)
      }
      response.headers.set('Contact', `<${this.phone.uri}>`)
    }
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
    response.body = body
    if (isInvite && status >= 200 && status < 300) {
      this.phone.expectAck(this, this.#tag)
      if (this.request.toTag === undefined) {
        this.dialog = calleeDialog(this.request, this.#tag)
        this.phone.join(this.dialog)
      }
    }
    this.#last = serialize(response)
    this.phone.reply(this.flow, this.#last)
    if (isInvite && status >= 200) this.#resendUntilAcknowledged(status)
  }

  /** The callee hangs up. */
  bye(): Exchange {
    return this.send('BYE')
  }

  /** Any request of the callee within the dialog. */
  send(method: string): Exchange {
    if (this.dialog === undefined) throw new Error(`${method}: the call has not been answered`)
    return this.phone.sendWithin(this.dialog, method)
  }

  /** A retransmission: the last answer again. §17.2.1, §17.2.2 @internal */
  repeat(): void {
    this.retransmissions++
    if (this.#last !== '') this.phone.reply(this.flow, this.#last)
  }

  /** §9.2 @internal */
  cancel(): void {
    if (this.final !== undefined) return
    this.cancelled = true
    this.#stopScript?.()
    this.respond({ status: 487 })
  }

  /** @internal */
  acknowledge(): void {
    this.acknowledged = true
    this.#stopResending?.()
  }

  #next(): void {
    const [step, ...rest] = this.#script
    if (step === undefined) return
    this.#script = rest
    const say = (): void => {
      this.respond(step)
      this.#next()
    }
    const { afterMs = 0 } = step
    if (afterMs === 0) say()
    else this.#stopScript = this.phone.network.clock.after(afterMs, say)
  }

  /** A 2xx over any transport (§13.3.1.4), a failure over UDP (§17.2.1), for 64·T1. */
  #resendUntilAcknowledged(status: number): void {
    this.#stopResending?.()
    if (status >= 300 && this.flow.local.reliable) return
    const { network, t1 } = this.phone
    const end = this.phone.now + 64 * t1
    const text = this.#last
    const wait = (intervalMs: number): void => {
      this.#stopResending = network.clock.after(intervalMs, () => {
        if (this.phone.now >= end) return
        this.phone.reply(this.flow, text)
        wait(Math.min(2 * intervalMs, 8 * t1))
      })
    }
    wait(t1)
  }
}
