/** Sources that send more than anybody has to say: Kamailio's pike, in memory that no number of sources makes larger. */
import { Sketch } from './sketch.js'

export interface FloodOptions {
  /** Messages of one source within the window. */
  readonly threshold: number
  readonly windowMs: number
}

export class Flood {
  readonly #options: FloodOptions
  readonly #sketch = new Sketch()
  #windowEnds = 0

  constructor(options: FloodOptions) {
    this.#options = options
  }

  /** One message: whether its source has sent more than the threshold in this window. */
  exceeds(source: string, now: number): boolean {
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + this.#options.windowMs
      this.#sketch.clear()
    }
    return this.#sketch.add(source) > this.#options.threshold
  }
}
