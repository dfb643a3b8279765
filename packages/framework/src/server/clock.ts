/** The system's clock. Nobody else in the framework reads the time or sets a timer. */
import { performance } from 'node:perf_hooks'
import { type Clock } from '../environment.js'

/** Monotonic: a step of the wall clock neither fires nor delays a SIP timer. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  // At a thousand calls a second something is due in every millisecond, and a wake-up costs as much as a datagram.
  // The shortest timer of SIP is a hundred times as long.
  slackMs: 5,
  // In a turn of the loop the sockets come after the timers, and what is immediate after those.
  afterReading(run) {
    const immediate = setImmediate(run)
    return () => clearImmediate(immediate)
  },
  wall: () => Date.now(),
}
