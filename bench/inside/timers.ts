/** A million timers in the stack's one queue. */
import { type Spread, spreadOf } from '../statistics.js'
import { nanoseconds } from './cost.js'
import { newDeadlines, type Timed } from './floors.js'

export interface TimersOptions {
  readonly timers: number
  readonly rounds: number
}

export interface TimersFigure {
  readonly timers: number
  /** In which order the times come: those of RFC 3261, on a clock that moves on, or any. */
  readonly times: 'of RFC 3261' | 'in no order'
  /** Nanoseconds each. */
  readonly set: Spread
  readonly clear: Spread
  readonly expire: Spread
}

export function measureTimers({ timers, rounds }: TimersOptions): readonly TimersFigure[] {
  return (['of RFC 3261', 'in no order'] as const).map((times) => {
    const runs = Array.from({ length: rounds }, (_, round) =>
      oneRound(times === 'of RFC 3261' ? ordered(timers) : unordered(timers, round), timers),
    )
    const spread = (of: 'set' | 'clear' | 'expire'): Spread => spreadOf(runs.map((run) => run[of]))!
    return { timers, times, set: spread('set'), clear: spread('clear'), expire: spread('expire') }
  })
}

/** Sets all, takes out every second one, lets the others expire. */
function oneRound(at: Float64Array, count: number): Record<'set' | 'clear' | 'expire', number> {
  const queue = newDeadlines()
  const items: Timed[] = Array.from({ length: count }, () => ({ dueAt: Infinity, place: 0 }))
  const set = nanoseconds(() => {
    for (let index = 0; index < count; index++) queue.set(items[index]!, at[index]!)
  }, 1)
  const clear = nanoseconds(() => {
    for (let index = 0; index < count; index += 2) queue.set(items[index]!, Infinity)
  }, 1)
  const left = queue.size
  let expired = 0
  const expire = nanoseconds(() => {
    while (queue.takeDue(1e15) !== undefined) expired++
  }, 1)
  if (expired !== left) throw new Error(`${expired} of ${left} timers expired`)
  return { set: set / count, clear: clear / (count - left), expire: expire / expired }
}

/** Timers A, B, C, K and those of 64·T1, set on a clock that moves on by a millisecond every ten. */
function ordered(count: number): Float64Array {
  const durations = [500, 32_000, 180_000, 5_000, 32_000, 1_000]
  return Float64Array.from(
    { length: count },
    (_, index) => Math.floor(index / 10) + durations[index % durations.length]!,
  )
}

/** A multiplicative walk through an hour: no two runs of equal order, and the same every time. */
function unordered(count: number, round: number): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, index) => (Math.imul(index + 1 + round, 0x9e37_79b1) >>> 0) % 3_600_000,
  )
}
