/** Runs a target over hostile inputs until a bound, and keeps what broke it. */
import { Mutator } from './mutator.js'

/** Something that reads what strangers send. */
export interface FuzzTarget {
  readonly name: string
  /**
   * What an input may take of the processor, for each 64 KiB of it; a shorter one as much as 64 KiB. Default: 5, for what strangers
   * send.
   */
  readonly slowestMs?: number
  /** The next input. */
  input(mutator: Mutator): string
  /** Throws when something does not hold that must hold for every input. */
  check(input: string): void
}

export interface FuzzBounds {
  readonly seed: number
  /** Inputs at most. */
  readonly executions: number
  /** Milliseconds at most. Default: as long as the executions take. */
  readonly forMs?: number
}

export interface FuzzFailure {
  readonly input: string
  readonly reason: string
}

export interface FuzzOutcome {
  readonly executions: number
  /** At most ten: more say nothing new. */
  readonly failures: readonly FuzzFailure[]
}

const defaultSlowestMs = 5
const failuresKept = 10

/** So many that the compiler has seen what is asked of it, and that a collection does not fall into each of them. */
const measurements = 8

/** Stops early at ten failures. An input counts as slow when it never takes less than that of the processor, however often it is asked. */
export function fuzz(target: FuzzTarget, bounds: FuzzBounds): FuzzOutcome {
  const mutator = new Mutator(bounds.seed)
  const endsAt = performance.now() + (bounds.forMs ?? Infinity)
  const failures: FuzzFailure[] = []
  let executions = 0
  while (executions < bounds.executions && failures.length < failuresKept) {
    if (executions % 256 === 0 && performance.now() > endsAt) break
    const input = target.input(mutator)
    executions++
    const reason = faultOf(target, input)
    if (reason !== undefined) failures.push({ input, reason })
  }
  return { executions, failures }
}

/** What one input breaks; undefined: nothing. */
export function faultOf(target: FuzzTarget, input: string): string | undefined {
  const most = (target.slowestMs ?? defaultSlowestMs) * Math.max(1, input.length / 65_536)
  try {
    const began = performance.now()
    target.check(input)
    let least = performance.now() - began
    for (let again = 0; again < measurements && least > most; again++) {
      least = Math.min(least, processorMs(target, input))
    }
    return least > most ? `slow: ${least.toFixed(1)} ms for ${input.length} octets` : undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/**
 * What the input takes is no more than either clock says: the one on the wall goes on while others have the processor, and that of the
 * process counts its compiler and collector too, which have threads of their own.
 */
function processorMs(target: FuzzTarget, input: string): number {
  const began = performance.now()
  const before = process.cpuUsage()
  target.check(input)
  const { user, system } = process.cpuUsage(before)
  return Math.min(performance.now() - began, (user + system) / 1_000)
}
