/** What was worked out lately, in bounded room: a call asks for the same few tokens again and again. */

export class Recent {
  readonly #room: number
  #young = new Map<string, string>()
  #old = new Map<string, string>()

  /** Keeps at least the last `room` of them, and twice as many at most. */
  constructor(room: number) {
    this.#room = room
  }

  get(key: string): string | undefined {
    const value = this.#young.get(key)
    if (value !== undefined) return value
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: string): void {
    if (this.#young.size >= this.#room) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
