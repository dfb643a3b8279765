/**
 * What passes, as plain numbers: a few look-ups and additions for each message. No text of a stranger becomes a label:
 * methods and statuses that nobody registered are `other`.
 */
import {
  contextKey,
  type AdmissionContext,
  type AnyContext,
  type AttemptContext,
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type Host,
  isRegisteredStatus,
  type ReplyContext,
  type ResponseContext,
} from '@sipwright/framework'
import { Destination } from '@sipwright/plugin-dispatcher'
import { type Family, type Labels, type Sample } from './family.js'
import { summed } from '../sums.js'
import { Histogram } from './histogram.js'

const methods = new Set([
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'SUBSCRIBE', 'NOTIFY'],
  ...['PUBLISH', 'INFO', 'REFER', 'MESSAGE', 'UPDATE'],
])
const other = 'other'

const firstResponseBounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const answerBounds = [0.5, 1, 2.5, 5, 10, 20, 30, 60, 120]

/** How a call attempt ended, for the caller. */
type CallResult = 'answered' | 'busy' | 'cancelled' | 'rejected' | 'failed'

/** Since the start. */
export interface CallTotals {
  /** Calls that are over, by how they ended for the caller. */
  readonly results: Readonly<Record<string, number>>
  /** Final responses to INVITE, by status; those of no registered status by class: `5xx`. */
  readonly responses: Readonly<Record<string, number>>
  /** INVITEs that a destination gave a first response to, by the time that it took: the upper bound in seconds, `+Inf` the last. */
  readonly firstResponses: Readonly<Record<string, number>>
}

/** What is kept of an INVITE until it is over. */
interface Attempt {
  readonly at: number
  set: string
  destination: string
  heard: boolean
  /** Why the last destination was given up. */
  cause: string
}

const attempt = contextKey<Attempt>('admin.attempt')

/** Numbers by a few labels. */
class Table {
  readonly #byKey = new Map<string, Map<string, { value: number }>>()

  add(key: string, second: string): void {
    let row = this.#byKey.get(key)
    if (row === undefined) {
      row = new Map()
      this.#byKey.set(key, row)
    }
    const cell = row.get(second)
    if (cell === undefined) row.set(second, { value: 1 })
    else cell.value++
  }

  samples(labels: (key: string, second: string) => Labels): readonly Sample[] {
    return [...this.#byKey].flatMap(([key, row]) =>
      [...row].map(([second, { value }]) => ({ labels: labels(key, second), value })),
    )
  }
}

/** Counts by status, of one method. */
class Statuses {
  readonly #byMethod = new Map<string, Float64Array>()

  add(method: string, status: number): void {
    const name = named(method)
    let counts = this.#byMethod.get(name)
    if (counts === undefined) this.#byMethod.set(name, (counts = new Float64Array(700)))
    if (status >= 100 && status < 700) counts[status]!++
  }

  samples(direction: 'in' | 'out'): readonly Sample[] {
    return [...this.#byMethod].flatMap(([method, counts]) => {
      const byCode = new Map<string, { labels: Labels; value: number }>()
      counts.forEach((value, status) => {
        if (value === 0) return
        const code_class = `${Math.floor(status / 100)}xx`
        const code = !isRegisteredStatus(status) ? other : String(status)
        const known = byCode.get(`${code_class}${code}`)
        const labels = { method, code_class, code, direction }
        byCode.set(`${code_class}${code}`, { labels, value: value + (known?.value ?? 0) })
      })
      return [...byCode.values()]
    })
  }
}

export class Traffic {
  readonly #requestsIn = new Table()
  readonly #requestsOut = new Table()
  readonly #responsesIn = new Statuses()
  readonly #responsesOut = new Statuses()
  readonly #calls = new Table()
  readonly #failovers = new Map<string, Table>()
  readonly #firstResponse = new Map<string, Histogram>()
  readonly #answer = new Map<string, Histogram>()

  /** Counts from now on. */
  watch(host: Host): void {
    host.onAdmit((ctx) => this.#came(ctx))
    host.onCancel((ctx) => this.#cancelled(ctx))
    host.onForward((ctx) => this.#forwarded(ctx))
    host.onResponse((ctx) => this.#answered(ctx))
    host.onFailure((ctx) => this.#failed(ctx))
    host.onReply((ctx) => this.#replied(ctx))
    host.onDone((ctx) => this.#done(ctx))
  }

  /** What became of calls since the start. */
  totals(): CallTotals {
    const results: Record<string, number> = {}
    for (const { labels, value } of this.#calls.samples((_, result) => ({ result }))) {
      const result = labels['result']!
      results[result] = (results[result] ?? 0) + value
    }
    const responses: Record<string, number> = {}
    for (const { labels, value } of this.#responsesOut.samples('out')) {
      if (labels['method'] !== 'INVITE' || labels['code_class'] === '1xx') continue
      const code = labels['code'] === other ? labels['code_class']! : labels['code']!
      responses[code] = (responses[code] ?? 0) + value
    }
    const firstResponses = summed([...this.#firstResponse.values()].map((each) => each.byBound()))
    return { results, responses, firstResponses }
  }

  families(): readonly Family[] {
    return [
      {
        name: 'requests_total',
        type: 'counter',
        help: 'Requests: in = new ones that came, out = copies that left, without retransmissions.',
        merge: 'sum',
        samples: [
          ...this.#requestsIn.samples((method, transport) => ({
            ...{ method, transport, direction: 'in' },
          })),
          ...this.#requestsOut.samples((method) => ({ method, direction: 'out' })),
        ],
      },
      {
        name: 'responses_total',
        type: 'counter',
        help: 'Responses: in = of destinations, out = to callers, without retransmissions.',
        merge: 'sum',
        samples: [...this.#responsesIn.samples('in'), ...this.#responsesOut.samples('out')],
      },
      {
        name: 'calls_total',
        type: 'counter',
        help: 'Call attempts that are over, by the last set that was tried and how they ended for the caller.',
        merge: 'sum',
        samples: this.#calls.samples((set, result) => ({ set, result })),
      },
      {
        name: 'dispatcher_failovers_total',
        type: 'counter',
        help: 'Calls that went on to a further destination, by the one given up and why.',
        merge: 'sum',
        samples: [...this.#failovers].flatMap(([set, table]) =>
          table.samples((from, code) => ({ set, from, code })),
        ),
      },
      {
        name: 'invite_first_response_seconds',
        type: 'histogram',
        help: 'From an INVITE to the first response beyond 100, by the set that gave it.',
        merge: 'sum',
        samples: [...this.#firstResponse].flatMap(([set, times]) => times.samples({ set })),
      },
      {
        name: 'invite_answer_seconds',
        type: 'histogram',
        help: 'From an INVITE to its 2xx.',
        merge: 'sum',
        samples: [...this.#answer].flatMap(([set, times]) => times.samples({ set })),
      },
    ]
  }

  #came({ request, source }: AdmissionContext): undefined {
    this.#requestsIn.add(named(request.method), source.transport)
  }

  #cancelled({ source }: CancelContext): void {
    this.#requestsIn.add('CANCEL', source.transport)
  }

  #forwarded(ctx: BranchContext): void {
    const { branch, incoming, source } = ctx
    const { method } = incoming
    // An ACK has no branch, and is admitted by nobody.
    if (branch === undefined) this.#requestsIn.add(named(method), source.transport)
    this.#requestsOut.add(named(method), '')
    if (method !== 'INVITE' || incoming.toTag !== undefined || branch === undefined) return
    const destination = branch.target.origin
    const set = destination instanceof Destination ? destination.setId : ''
    const id = destination instanceof Destination ? destination.id : ''
    const known = ctx.peek(attempt)
    if (known === undefined) {
      const { now: at } = ctx
      ctx.set(attempt, { at, set, destination: id, heard: false, cause: '' })
      return
    }
    if (known.cause !== '' && known.destination !== '') this.#failedOver(known)
    known.set = set
    known.destination = id
    known.cause = ''
  }

  #failedOver({ set, destination, cause }: Attempt): void {
    let table = this.#failovers.get(set)
    if (table === undefined) this.#failovers.set(set, (table = new Table()))
    table.add(destination, cause)
  }

  #answered(ctx: ResponseContext): void {
    const { method } = ctx.request
    const { status } = ctx.response
    this.#responsesIn.add(method, status)
    if (method !== 'INVITE' || status === 100) return
    const known = ctx.peek(attempt)
    if (known === undefined || known.heard) return
    known.heard = true
    this.#observe(this.#firstResponse, firstResponseBounds, known, ctx)
  }

  #failed(ctx: AttemptContext): void {
    const known = ctx.request.method === 'INVITE' ? ctx.peek(attempt) : undefined
    if (known === undefined) return
    const { status } = ctx.response
    known.cause = ctx.cause === 'response' ? codeOf(status) : ctx.cause
  }

  #replied({ request, response }: ReplyContext): void {
    this.#responsesOut.add(request.method, response.status)
  }

  #done(ctx: DoneContext): void {
    if (ctx.request.method !== 'INVITE' || ctx.request.toTag !== undefined) return
    const known = ctx.peek(attempt)
    const result = resultOf(ctx.status)
    this.#calls.add(known?.set ?? '', result)
    if (known !== undefined && result === 'answered') {
      this.#observe(this.#answer, answerBounds, known, ctx)
    }
  }

  #observe(
    times: Map<string, Histogram>,
    bounds: readonly number[],
    { at, set }: Attempt,
    { now }: Pick<AnyContext, 'now'>,
  ): void {
    let histogram = times.get(set)
    if (histogram === undefined) times.set(set, (histogram = new Histogram(bounds)))
    histogram.observe((now - at) / 1_000)
  }
}

function named(method: string): string {
  return methods.has(method) ? method : other
}

function codeOf(status: number): string {
  return !isRegisteredStatus(status) ? other : String(status)
}

function resultOf(status: number | undefined): CallResult {
  if (status === undefined || status === 408 || (status >= 500 && status < 600)) return 'failed'
  if (status < 300) return 'answered'
  if (status === 486 || status === 600) return 'busy'
  return status === 487 ? 'cancelled' : 'rejected'
}
