/** What became of the demo's calls, in an operator's words. */
import { type Outcome } from './messages.js'

/** The last line of `--json`. */
export interface Result {
  /** Attempts that ended: answered, cancelled or failed. */
  readonly calls: number
  readonly answered: number
  /** Attempts that got no answer, and calls that broke although their backend lived. */
  readonly failed: number
  /** Callers who hung up while it rang. */
  readonly cancelled: number
  /** Of the answered: cut off because their backend died. No balancer can move those. */
  readonly dropped: number
  /** Attempts that went on to the next backend. */
  readonly failovers: number
  /** Answered calls by backend. */
  readonly backends: Readonly<Record<string, number>>
  /** How often a backend died on the way. */
  readonly deaths: number
  /** Why attempts failed: status (0 = no answer at all) and number. */
  readonly failures: Readonly<Record<string, number>>
}

export class Tally {
  readonly #answered = new Map<string, number>()
  readonly #failures = new Map<number, number>()
  readonly #broken: Extract<Outcome, { kind: 'broken' }>[] = []
  /** When backends died, in milliseconds of the system's clock. */
  readonly #deaths: { readonly backend: string; readonly at: number }[] = []
  #placed = 0
  #ended = 0
  #cancelled = 0

  constructor(backends: readonly string[]) {
    for (const backend of backends) this.#answered.set(backend, 0)
  }

  placed(): void {
    this.#placed++
  }

  get inProgress(): number {
    return this.#placed - this.#ended
  }

  ended(outcome: Outcome): void {
    this.#ended++
    switch (outcome.kind) {
      case 'answered':
        this.#countAnswer(outcome.backend)
        return
      case 'broken':
        this.#broken.push(outcome)
        return
      case 'cancelled':
        this.#cancelled++
        return
      case 'failed':
        this.#failures.set(outcome.status, (this.#failures.get(outcome.status) ?? 0) + 1)
    }
  }

  died(backend: string, at: number): void {
    this.#deaths.push({ backend, at })
  }

  /** The counts so far; `failovers` is the balancer's own. */
  result(failovers: number): Result {
    const backends = Object.fromEntries(this.#answered)
    const failures = new Map(this.#failures)
    let dropped = 0
    for (const { backend, answeredAt, status } of this.#broken) {
      // Judged only now: word of a death may come later than what the death did.
      if (this.#deaths.some((death) => death.backend === backend && death.at >= answeredAt)) {
        dropped++
        backends[backend] = (backends[backend] ?? 0) + 1
      } else {
        failures.set(status, (failures.get(status) ?? 0) + 1)
      }
    }
    const answered = sum(Object.values(backends))
    const failed = sum(failures.values())
    const cancelled = this.#cancelled
    const calls = answered + cancelled + failed
    const deaths = this.#deaths.length
    const byStatus = Object.fromEntries(failures)
    return {
      calls,
      answered,
      failed,
      cancelled,
      dropped,
      failovers,
      backends,
      deaths,
      failures: byStatus,
    }
  }

  #countAnswer(backend: string): void {
    this.#answered.set(backend, (this.#answered.get(backend) ?? 0) + 1)
  }
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}

/** One line for people who watch. */
export function formatStatus(tally: Tally, failovers: number): string {
  const { calls, answered, failed, cancelled, dropped, backends } = tally.result(failovers)
  const counts = [
    `calls ${String(calls)}`,
    `in progress ${String(tally.inProgress)}`,
    `answered ${String(answered)}`,
    `cancelled ${String(cancelled)}`,
    `failed ${String(failed)}`,
    `failovers ${String(failovers)}`,
    `dropped ${String(dropped)}`,
  ]
  const shares = Object.entries(backends).map(([name, count]) => `${name} ${String(count)}`)
  return `${counts.join(' · ')} | ${shares.join(' · ')}`
}

/** The end of a run, for people. */
export function formatResult(result: Result): string {
  const shares = Object.entries(result.backends).map(([name, count]) => `${name} ${String(count)}`)
  const failures = Object.entries(result.failures).map(
    ([status, count]) => `${String(count)} with ${status === '0' ? 'no answer' : status}`,
  )
  return [
    '',
    `calls      ${String(result.calls)}`,
    `answered   ${String(result.answered)} (${shares.join(', ')})`,
    `cancelled  ${String(result.cancelled)} by their callers, while it rang`,
    `failed     ${String(result.failed)}${failures.length > 0 ? ` (${failures.join(', ')})` : ''}`,
    `failovers  ${String(result.failovers)} requests went on to the next backend`,
    `dropped    ${String(result.dropped)} answered calls whose backend died (it died ${String(result.deaths)} times)`,
    '',
  ].join('\n')
}
