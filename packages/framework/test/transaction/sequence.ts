/**
 * One random sequence of everything that can happen to a layer, seeded, on virtual time: nothing throws, nothing is sent by a
 * transaction that is over, and nothing stays behind. RFC 3261 §17
 */
import { SipError } from '#src/errors.js'
import { SipHeaders } from '#src/message/headers.js'
import { SipRequest, SipResponse } from '#src/message/message.js'
import { Lab, labFlow, labHop } from '#src/testing/lab.js'
import { answer, request, type RequestFields } from '#src/testing/messages.js'
import {
  type ClientTransaction,
  type ServerTransaction,
  type Transaction,
  type TransactionEffect,
} from '#src/transaction/layer.js'
import { seeded } from './seeded.js'

const steps = 40
const refused = new SipError('SIPW_ERR_MALFORMED_HEADER', ['x', 'y'])
const methods = ['INVITE', 'INVITE', 'ACK', 'CANCEL', 'OPTIONS', 'BYE', '__proto__']
const statuses = [100, 180, 183, 200, 202, 302, 404, 408, 487, 503, 603]
const transports = ['UDP', 'UDP', 'TCP']
const variants: readonly RequestFields[] = [
  {},
  { branch: 'z9hG4bKtwo' },
  { sentBy: 'UDP PC33.atlanta.com' },
  { branch: 'z9hG4bK' },
  { headers: { Via: 'SIP/2.0/UDP pc33.atlanta.com' } },
  { headers: { Via: 'SIP/2.0/UDP pc33.atlanta.com' }, toTag: 'a6c85cf' },
]

class Run {
  readonly lab = new Lab()
  readonly servers: ServerTransaction[] = []
  readonly clients: ClientTransaction[] = []
  readonly ended = new Set<Transaction>()
  readonly problems: string[] = []
  readonly #random: () => number
  /** The server transaction that a 2xx is just being passed to: that is sent in any state. */
  #answering: ServerTransaction | undefined

  constructor(seed: number) {
    this.#random = seeded(seed)
  }

  /** One thing happens. */
  step(): void {
    const { lab } = this
    const { layer, now } = lab
    const flow = labFlow(this.#one(transports), this.#one(['192.0.2.4', '192.0.2.4', '192.0.2.8']))
    const server = this.#any(this.servers)
    const client = this.#any(this.clients)
    switch (Math.floor(this.#random() * 12)) {
      case 0:
      case 1:
        return this.#take(
          layer.receiveRequest(request(this.#one(methods), this.#one(variants)), flow, now),
        )
      case 2: {
        // Mostly what belongs together: the same fields as the server transaction's own request.
        if (server === undefined) return
        const fields = variants.find(
          ({ branch }) => branch === requestOf(server).via.branch || branch === undefined,
        )
        const again = request(this.#one([requestOf(server).method, 'ACK', 'CANCEL']), fields)
        return this.#take(layer.receiveRequest(again, server.flow, now))
      }
      case 3:
      case 4: {
        if (server === undefined) return
        const response = answer(requestOf(server), this.#one(statuses))
        this.#answering = server
        this.#take(layer.respond(server, response, now))
        this.#answering = undefined
        return
      }
      case 5:
        return server === undefined || this.#random() < 0.7
          ? undefined
          : this.#take(layer.drop(server, now))
      case 6: {
        const method = this.#one(methods)
        if (method === 'ACK') return
        const target = labHop(this.#one(transports))
        const options = { reliable: target.transport !== 'UDP', user: undefined }
        return this.#take(
          layer.send(request(method, this.#one(variants.slice(0, 2))), target, options, now),
        )
      }
      case 7:
      case 8: {
        if (client === undefined) return
        const response = answer(requestOf(client), this.#one(statuses))
        return this.#take(layer.receiveResponse(response, labFlow('UDP', '192.0.2.8'), now))
      }
      case 9: {
        if (client === undefined) return
        const what = this.#random()
        if (what < 0.5) return this.#take(layer.abandon(client, now))
        if (what < 0.8) return this.#take(layer.sendFailed(client, refused, now))
        return this.#take(layer.hopFailed(client.hop.key, refused, now))
      }
      case 10: {
        const empty = SipHeaders.of([['Via', 'nonsense']])
        this.#take(layer.receiveResponse(new SipResponse(200, 'OK', empty), flow, now))
        return this.#take(
          layer.receiveRequest(new SipRequest(this.#one(methods), 'x', empty), flow, now),
        )
      }
      default:
        return this.advance(Math.floor(this.#one([1, 100, 500, 4_000, 40_000]) * this.#random()))
    }
  }

  /** As the shell does: the queue is asked after every step. */
  advance(ms: number): void {
    const { lab } = this
    const end = lab.now + ms
    while (lab.deadlines.next <= end) {
      lab.now = Math.max(lab.now, lab.deadlines.next)
      const due = lab.deadlines.takeDue(lab.now) as Transaction
      this.#take(lab.layer.runTimers(due, lab.now))
    }
    lab.now = end
  }

  /** Those that wait for nothing but their transaction user. §17.1.1.2, §17.2.1 */
  endTheWaiting(): void {
    for (const client of this.clients) {
      if (client.state === 'proceeding') this.#take(this.lab.layer.abandon(client, this.lab.now))
    }
    for (const server of this.servers) {
      if (server.kind !== 'invite-server' || server.state !== 'proceeding') continue
      this.#take(this.lab.layer.respond(server, answer(requestOf(server), 487), this.lab.now))
    }
  }

  #take(effects: readonly TransactionEffect[]): void {
    for (const effect of effects) {
      const transaction = 'transaction' in effect ? effect.transaction : undefined
      if (transaction !== undefined && this.ended.has(transaction)) {
        if (transaction !== this.#answering) this.problems.push(`${effect.kind} after the end`)
      }
      if (effect.kind === 'request') this.servers.push(effect.transaction)
      if (effect.kind === 'sendRequest' && !this.clients.includes(effect.transaction)) {
        this.clients.push(effect.transaction)
      }
      if (effect.kind === 'ended') this.ended.add(effect.transaction)
      if ((effect.kind === 'sendRequest' || effect.kind === 'sendResponse') && effect.text === '') {
        this.problems.push(`${effect.kind} without bytes`)
      }
    }
  }

  #one<T>(choice: readonly T[]): T {
    return choice[Math.floor(this.#random() * choice.length)]!
  }

  #any<T>(choice: readonly T[]): T | undefined {
    return choice[Math.floor(this.#random() * choice.length)]
  }
}

/** What the sequence of that seed breaks; undefined: nothing. Throws what the layer throws. */
export function faultOfSequence(seed: number): string | undefined {
  const run = new Run(seed)
  const { lab } = run
  for (let step = 0; step < steps; step++) run.step()
  // Two times 64·T1 after the last input only Proceeding waits, for its transaction user. §17.1.1.2, §17.2.1
  run.advance(64_000)
  const alive = [...run.clients, ...run.servers].filter((each) => !run.ended.has(each))
  if (alive.some(({ state, kind }) => state !== 'proceeding' || !kind.startsWith('invite'))) {
    return alive.map(({ kind, state }) => `${kind} ${state}`).join()
  }
  run.endTheWaiting()
  run.advance(64_000)
  const { servers, clients, unheard } = lab.layer
  const left = servers + clients + unheard + lab.deadlines.size
  if (left > 0) run.problems.push(`${left} of tables and queue left`)
  return run.problems.length === 0 ? undefined : run.problems.join()
}

/** A transaction forgets its request when it has been answered; what a stranger sends then is made of this one. */
const remembered = new WeakMap<Transaction, SipRequest>()

function requestOf(transaction: Transaction): SipRequest {
  const known = transaction.request ?? remembered.get(transaction) ?? request('OPTIONS')
  remembered.set(transaction, known)
  return known
}
