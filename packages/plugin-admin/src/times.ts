/** Times as others are told them: the app's clock counts from anywhere, a date is a date. */
import { type Clock } from '@sipwright/framework'

export class Times {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds of the app's clock. */
  now(): number {
    return this.#clock.now()
  }

  /** Milliseconds since 1970. */
  wall(): number {
    return this.#clock.wall?.() ?? this.#clock.now()
  }

  /** A moment of the app's clock as a date: `2026-03-01T12:00:00.000Z`. */
  date(at = this.#clock.now()): string {
    return new Date(Math.round(this.wall() - (this.#clock.now() - at))).toISOString()
  }
}
