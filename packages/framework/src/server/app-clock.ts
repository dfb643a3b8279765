/** The clock of one app: the system's, the one that a test handed in, or a virtual one from the first `inject` on. */
import { type Clock } from '../environment.js'
import { systemClock } from './clock.js'
import { VirtualClock } from './virtual-clock.js'

export class AppClock implements Clock {
  #clock: Clock
  #virtual: VirtualClock | undefined

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
    this.#virtual = clock instanceof VirtualClock ? clock : undefined
  }

  now(): number {
    return this.#clock.now()
  }

  get slackMs(): number {
    return this.#clock.slackMs ?? 0
  }

  wall(): number {
    return this.#clock.wall?.() ?? this.#clock.now()
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#clock.after(delayMs, run)
  }

  get afterReading(): Clock['afterReading'] {
    const clock = this.#clock
    return clock.afterReading && ((run) => clock.afterReading!(run))
  }

  /** Stays virtual: an app that is tested by injection has no other time. */
  makeVirtual(): VirtualClock {
    this.#virtual ??= new VirtualClock(Math.ceil(this.#clock.now()))
    this.#clock = this.#virtual
    return this.#virtual
  }
}
