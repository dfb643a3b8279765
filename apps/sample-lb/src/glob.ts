/** Patterns of a rule: `*` stands for any text, also for none. */

/** A compiled pattern; matching walks the text once, whatever the text is. */
export class Glob {
  readonly #pieces: readonly string[]

  constructor(pattern: string) {
    this.#pieces = pattern.split('*')
  }

  matches(text: string): boolean {
    const pieces = this.#pieces
    const first = pieces[0] ?? ''
    if (pieces.length === 1) return text === first
    const last = pieces.at(-1) ?? ''
    const end = text.length - last.length
    if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    for (let index = 1; index < pieces.length - 1; index++) {
      const piece = pieces[index] ?? ''
      const found = text.indexOf(piece, at)
      if (found < 0 || found + piece.length > end) return false
      at = found + piece.length
    }
    return true
  }
}
