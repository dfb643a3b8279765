/** What a phone sends and waits for: one request with its retransmissions, and a call with its ACKs. */
import { type Hop } from '../message/flow.js'
import { SipHeaders } from '../message/headers.js'
import { SipRequest, type SipResponse } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { callerDialog, type Dialog } from './dialog.js'
import { type Phone, type PhoneRequestOptions } from './phone.js'

/** A response as it came in, retransmissions too. */
export interface SeenResponse {
  readonly at: number
  readonly response: SipResponse
}

/** How a request ended: by a final status, by silence, or because nobody was to be reached. */
export type Outcome = number | 'timeout' | 'unreachable'

/** One request of a phone and what came back. RFC 3261 §17.1 */
export class Exchange {
  readonly phone: Phone
  readonly request: SipRequest
  readonly hop: Hop
  readonly seen: SeenResponse[] = []
  /** Undefined while it goes on. */
  outcome: Outcome | undefined = undefined
  endedAt: number | undefined = undefined
  readonly #reliable: boolean
  #stopResending: (() => void) | undefined = undefined
  #stopWaiting: (() => void) | undefined = undefined

  constructor(phone: Phone, request: SipRequest, hop: Hop) {
    this.phone = phone
    this.request = request
    this.hop = hop
    this.#reliable = hop.transport !== 'UDP'
  }

  /** The statuses as they came, retransmissions left out. */
  get statuses(): readonly number[] {
    const seen = new Set<string>()
    const statuses: number[] = []
    for (const { response } of this.seen) {
      const key = `${response.status} ${response.toTag ?? ''}`
      if (!seen.has(key)) statuses.push(response.status)
      seen.add(key)
    }
    return statuses
  }

  /** The first final response. */
  get final(): SipResponse | undefined {
    return this.seen.find(({ response }) => response.status >= 200)?.response
  }

  /** @internal */
  start(): void {
    this.#transmit()
    if (!this.#reliable) this.#resend(this.phone.t1)
    const { network, t1 } = this.phone
    this.#stopWaiting = network.clock.after(64 * t1, () => this.end('timeout'))
  }

  /** @internal */
  receive(response: SipResponse): void {
    this.seen.push({ at: this.phone.now, response })
    if (response.status < 200) this.provisional()
    else this.finished(response)
  }

  /** Nothing gets to where it was sent. @internal */
  failed(): void {
    if (this.seen.length === 0) this.end('unreachable')
  }

  /** §17.1.2.2: a non-INVITE goes on resending, each T2. */
  protected provisional(): void {
    if (this.#reliable || this.outcome !== undefined) return
    this.#stopResending?.()
    this.#resend(8 * this.phone.t1)
  }

  protected finished(response: SipResponse): void {
    this.end(response.status)
  }

  protected quiet(): void {
    this.#stopResending?.()
    this.#stopWaiting?.()
  }

  protected end(outcome: Outcome): void {
    this.quiet()
    this.outcome ??= outcome
    this.endedAt ??= this.phone.now
  }

  /** Timer A doubles without a ceiling, Timer E up to T2 (§17.1.1.2, §17.1.2.2). */
  #resend(intervalMs: number): void {
    const { t1 } = this.phone
    const doubled = 2 * intervalMs
    const next = this.request.method === 'INVITE' ? doubled : Math.min(doubled, 8 * t1)
    this.#stopResending = this.phone.network.clock.after(intervalMs, () => {
      this.#transmit()
      this.#resend(next)
    })
  }

  #transmit(): void {
    this.phone.transmit(this.hop, serialize(this.request))
  }
}

/** An INVITE of a phone, its ACKs, and the dialogs that came of it. RFC 3261 §13.2 */
export class Call extends Exchange {
  /** One for each 2xx of another callee, in the order of their arrival. §13.2.2.4 */
  readonly dialogs: Dialog[] = []
  readonly #within: Dialog | undefined
  /** ACKs by To tag: a repeated 2xx gets the same again. */
  readonly #acks = new Map<string, { readonly hop: Hop; readonly text: string }>()
  #hangUp = false
  #cancel: Exchange | undefined = undefined

  constructor(phone: Phone, request: SipRequest, hop: Hop, within?: Dialog) {
    super(phone, request, hop)
    this.#within = within
  }

  /** The CANCEL, once it has left. */
  get cancellation(): Exchange | undefined {
    return this.#cancel
  }

  /** Hangs up before the answer: now, or when the first provisional response allows it. §9.1 */
  cancel(): void {
    this.#hangUp = true
    if (this.seen.length > 0) this.#sendCancel()
  }

  /** Hangs up after the answer. §15.1.1 */
  bye(dialog = this.dialogs[0]): Exchange {
    return this.send('BYE', {}, dialog)
  }

  /** §14.1 */
  reinvite(dialog = this.dialogs[0]): Call {
    return this.phone.reinvite(answered(dialog))
  }

  /** Any request within the dialog. */
  send(method: string, options: PhoneRequestOptions = {}, dialog = this.dialogs[0]): Exchange {
    return this.phone.sendWithin(answered(dialog), method, options)
  }

  protected override provisional(): void {
    this.quiet()
    if (this.#hangUp) this.#sendCancel()
  }

  protected override finished(response: SipResponse): void {
    this.end(response.status)
    if (response.status >= 300) this.#acknowledgeFailure(response)
    else this.#acknowledge(response)
  }

  #sendCancel(): void {
    if (this.outcome !== undefined || this.#cancel !== undefined) return
    this.#cancel = new Exchange(this.phone, inTransaction(this.request, 'CANCEL'), this.hop)
    this.phone.begin(this.#cancel)
  }

  /** §17.1.1.3 */
  #acknowledgeFailure(response: SipResponse): void {
    const ack = inTransaction(this.request, 'ACK', response.headers.get('To'))
    this.phone.transmit(this.hop, serialize(ack))
  }

  /** §13.2.2.4: its own branch, the dialog's path, the INVITE's CSeq number. */
  #acknowledge(response: SipResponse): void {
    const tag = response.toTag ?? ''
    let ack = this.#acks.get(tag)
    if (ack === undefined) {
      const dialog = this.#within ?? callerDialog(this.request, response)
      if (this.#within === undefined) this.phone.join(dialog)
      this.dialogs.push(dialog)
      const { number } = this.request.cseq
      const { request, hop } = this.phone.within(dialog, 'ACK', { cseq: number })
      ack = { hop, text: serialize(request) }
      this.#acks.set(tag, ack)
    }
    this.phone.transmit(ack.hop, ack.text)
  }
}

function answered(dialog: Dialog | undefined): Dialog {
  if (dialog === undefined) throw new Error('the call has not been answered')
  return dialog
}

/** CANCEL and the ACK for a failure travel as their INVITE did. §9.1, §17.1.1.3 */
function inTransaction(invite: SipRequest, method: string, to?: string): SipRequest {
  const { headers } = invite
  return new SipRequest(
    method,
    invite.uri,
    SipHeaders.of([
      ['Via', headers.firstValue('Via') ?? ''],
      ['Max-Forwards', '70'],
      ...headers.values('Route').map((route) => ['Route', route] as const),
      ['From', headers.get('From') ?? ''],
      ['To', to ?? headers.get('To') ?? ''],
      ['Call-ID', invite.callId],
      ['CSeq', `${invite.cseq.number} ${method}`],
    ]),
  )
}
