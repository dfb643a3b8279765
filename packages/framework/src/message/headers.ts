/**
 * The header section of one message: ordered, byte-exact where untouched. Every string is latin1: one
 * character is one byte. Names are case-insensitive and a compact name equals its long one (§7.3.3).
 *
 * Reading never changes a byte; an edit changes only the lines that it names.
 */
export declare class SipHeaders {
  /** Headers from `Name: value` pairs, in this order. */
  static of(fields: Iterable<readonly [name: string, value: string]>): SipHeaders
  /** The value of the first line of that name, unfolded and trimmed. */
  get(name: string): string | undefined
  /** The value of every line of that name, in order; commas are not split. */
  getAll(name: string): string[]
  /** Every value of a comma-separated header (Via, Route, Require …), across its lines. §7.3.1 */
  values(name: string): string[]
  /** The first of `values(name)`, without parsing the others. */
  firstValue(name: string): string | undefined
  has(name: string): boolean
  /** Lines of that name. */
  count(name: string): number
  /** Replaces the first line of that name (where it stands) and removes the others; appends if there was none. */
  set(name: string, value: string): this
  /** Adds a line after the last line of that name, or at the end. */
  append(name: string, value: string): this
  /** Adds a line before the first line of that name, or at the top. */
  prepend(name: string, value: string): this
  /** Removes every line of that name. */
  remove(name: string): this
  /** Removes the first of `values(name)`, its line too when it was the only one. */
  removeFirstValue(name: string): this
  /** Replaces the first of `values(name)` where it stands. */
  replaceFirstValue(name: string, value: string): this
  /** Independent of this one; costs no copy of text. */
  clone(): SipHeaders
  /** Name as written and value (unfolded, trimmed) of every line, in order. */
  entries(): IterableIterator<readonly [name: string, value: string]>
  /** The lines as they leave, each with its CRLF, without the empty line. */
  toString(): string
}
