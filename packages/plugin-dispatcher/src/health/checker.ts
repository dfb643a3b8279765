/**
 * Runs the probes that are not SIP: each at its interval, one per endpoint however many sets name it, never two of one
 * outstanding, spread over the interval.
 */
import { type Chance, type Clock } from '@sipwright/framework'
import { flagBits, type Destination } from '../destination.js'
import { type Probe, type ProbeResult } from './define-probe.js'
import { type Finding } from './finding.js'

/** A probe, how often, and what it asks. */
export interface Check {
  readonly probe: Probe
  /** Equal ones are asked once. */
  readonly key: string
  readonly intervalMs: number
  readonly timeoutMs: number
}

export type CheckReport = (destination: Destination, finding: Finding) => void

export class Checker {
  readonly #clock: Clock
  readonly #chance: Chance
  readonly #report: CheckReport
  readonly #rounds = new Map<string, Round>()
  /** Nobody is asked in turn meanwhile; `now` asks all the same. */
  paused = false
  #started = false

  constructor({ clock, chance }: { clock: Clock; chance: Chance }, report: CheckReport) {
    this.#clock = clock
    this.#chance = chance
    this.#report = report
  }

  /** From now on these are all destinations there are. Rounds that stay keep their time. */
  watch(destinations: Iterable<Destination>): void {
    const now = new Map<string, { check: Check; destinations: Destination[] }>()
    for (const destination of destinations) {
      if ((destination.flags & flagBits.noProbe) !== 0) continue
      for (const check of destination.probe.checks) {
        const same = now.get(check.key)
        if (same === undefined) now.set(check.key, { check, destinations: [destination] })
        else same.destinations.push(destination)
      }
    }
    for (const [key, round] of this.#rounds) {
      const given = now.get(key)
      if (given?.check.intervalMs === round.check.intervalMs) {
        Object.assign(round, given)
        now.delete(key)
      } else {
        stop(round)
        this.#rounds.delete(key)
      }
    }
    const added: Round[] = [...now.values()].map((each) => ({ ...each, ...idle }))
    for (const round of added) this.#rounds.set(round.check.key, round)
    if (this.#started) this.#spread(added)
  }

  /** Asks all that one destination is asked besides SIP, out of turn; reports, and resolves with what was found. */
  async now(destination: Destination): Promise<readonly Finding[]> {
    const found = destination.probe.checks.map(async (check) => {
      const { probe, intervalMs, timeoutMs } = check
      const result = await this.#result(probe, destination, new AbortController(), timeoutMs)
      const finding = findingOf(check, result, intervalMs + timeoutMs)
      this.#report(destination, finding)
      return finding
    })
    return Promise.all(found)
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    this.#spread([...this.#rounds.values()])
  }

  stop(): void {
    for (const round of this.#rounds.values()) stop(round)
    this.#rounds.clear()
    this.#started = false
  }

  #spread(rounds: readonly Round[]): void {
    rounds.forEach((round, index) => {
      const part = (index + this.#chance.random()) / rounds.length
      this.#arm(round, part * round.check.intervalMs)
    })
  }

  #arm(round: Round, inMs: number): void {
    round.disarm = this.#clock.after(inMs, () => {
      this.#arm(round, round.check.intervalMs)
      const asked = round.destinations.find(isDue)
      if (this.paused || round.outstanding !== undefined) return
      if (asked !== undefined) void this.#run(round, asked)
    })
  }

  async #run(round: Round, asked: Destination): Promise<void> {
    const { probe, intervalMs, timeoutMs } = round.check
    const outstanding = new AbortController()
    round.outstanding = outstanding
    const result = await this.#result(probe, asked, outstanding, timeoutMs)
    if (round.outstanding !== outstanding) return
    round.outstanding = undefined
    const finding = findingOf(round.check, result, intervalMs + timeoutMs)
    for (const destination of round.destinations) {
      if (isDue(destination)) this.#report(destination, finding)
    }
  }

  async #result(
    probe: Probe,
    asked: Destination,
    outstanding: AbortController,
    timeoutMs: number,
  ): Promise<ProbeResult> {
    const { signal } = outstanding
    let disarm = (): void => undefined
    const late = new Promise<ProbeResult>((resolve) => {
      disarm = this.#clock.after(timeoutMs, () => {
        resolve({ state: 'failed', reason: `no answer within ${timeoutMs} ms` })
        outstanding.abort()
      })
    })
    try {
      // Who does not heed the signal keeps nobody waiting.
      return await Promise.race([probe.run(asked, signal), late])
    } catch (error) {
      return { state: 'failed', reason: reasonOf(error) }
    } finally {
      disarm()
    }
  }
}

/** A busy one is taken for well when two rounds have not said otherwise. */
function findingOf({ probe }: Check, result: ProbeResult, roundMs: number): Finding {
  return { ...result, signal: probe.name, recheckMs: 2 * roundMs }
}

/** What is asked at one interval, and for whom. */
interface Round {
  check: Check
  destinations: readonly Destination[]
  outstanding: AbortController | undefined
  disarm: (() => void) | undefined
}

const idle = { outstanding: undefined, disarm: undefined }

/** An answer that is still on its way reaches nobody. */
function stop(round: Round): void {
  const { outstanding } = round
  round.disarm?.()
  round.outstanding = undefined
  outstanding?.abort()
}

function isDue({ state }: Destination): boolean {
  return state.admin !== 'disabled'
}

/** What fetch says is `fetch failed`; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
