/**
 * Texts that outlive the message they came with. A slice of a message keeps the whole message in memory, and so does
 * a concatenation of slices: what is kept (a transaction's key, a tag) is made a string of its own.
 */

/** A copy that holds nothing else alive. */
export function kept(text: string): string {
  let copy = ''
  // V8 copies slices this short.
  for (let from = 0; from < text.length; from += 12) copy += text.slice(from, from + 12)
  return flat(copy)
}

/** For a text that was just concatenated: lets go of its parts. Reading a character makes it one string. */
export function flat(text: string): string {
  text.charCodeAt(0)
  return text
}
