/** Header parameters: `;name=value` lists. RFC 3261 §7.3.1, §25.1 generic-param */
import { SipError } from '../errors.js'
import {
  DQUOTE,
  EQUAL,
  SEMI,
  excerpt,
  isToken,
  isValue,
  isWord,
  lower,
  quotedEnd,
  skipWhite,
  unquote,
} from './grammar.js'

/** `;name=value` lists. Names are lower-case; a flag parameter has the value `undefined`. */
export type Params = ReadonlyMap<string, string | undefined>

/** The list without a parameter. */
export const noParams: Params = new Map()

/**
 * Parses `;lr;transport=tcp;x="a;b"`; quotes are removed from quoted values. Of two parameters of one
 * name the first counts. Throws SIPW_ERR_MALFORMED_HEADER with `header` as its name. RFC 3261 §25.1 generic-param
 */
export function parseParams(text: string, header = 'parameters'): Params {
  const cursor = new ParamCursor().over(text, 0, text.length)
  let params: Map<string, string | undefined> | undefined
  while (cursor.next()) {
    params ??= new Map()
    const name = lower(text.slice(cursor.nameFrom, cursor.nameTo))
    if (!params.has(name)) params.set(name, cursor.value())
  }
  if (cursor.failed) throw new SipError('SIPW_ERR_MALFORMED_HEADER', [header, excerpt(text)])
  return params ?? noParams
}

/**
 * Walks over a list without making anything but numbers.
 *
 *     *( SEMI generic-param )
 *     generic-param = token [ EQUAL gen-value ]
 *     gen-value     = token / host / quoted-string
 */
export class ParamCursor {
  nameFrom = 0
  nameTo = 0
  /** Where the value stands, quotes included; -1 for a flag. */
  valueFrom = -1
  valueTo = -1
  /** The list is not well formed where the cursor stopped. */
  failed = false
  #text = ''
  #to = 0
  #at = 0

  /** Starts over at another list: a parser that needs a cursor for every message keeps one. */
  over(text: string, from: number, to: number): this {
    this.#text = text
    this.#at = from
    this.#to = to
    this.failed = false
    return this
  }

  /** Moves to the next parameter; false at the end or where the list is malformed. */
  next(): boolean {
    const text = this.#text
    const to = this.#to
    let at = skipWhite(text, this.#at, to)
    if (at === to) return false
    if (text.charCodeAt(at) !== SEMI) return this.#fail()
    at = skipWhite(text, at + 1, to)
    this.nameFrom = at
    while (at < to && isToken(text.charCodeAt(at))) at++
    if (at === this.nameFrom) return this.#fail()
    this.nameTo = at
    this.valueFrom = -1
    this.valueTo = -1
    at = skipWhite(text, at, to)
    if (at < to && text.charCodeAt(at) === EQUAL) {
      at = skipWhite(text, at + 1, to)
      this.valueFrom = at
      at = valueEnd(text, at, to)
      if (at <= this.valueFrom) return this.#fail()
      this.valueTo = at
    }
    this.#at = at
    return true
  }

  /** Whether the parameter's name is `name`, given in small letters. */
  is(name: string): boolean {
    return isWord(this.#text, this.nameFrom, this.nameTo, name)
  }

  /** The parameter's value without quotes; undefined for a flag. */
  value(): string | undefined {
    if (this.valueFrom < 0) return undefined
    return this.#text.charCodeAt(this.valueFrom) === DQUOTE
      ? unquote(this.#text, this.valueFrom, this.valueTo)
      : this.#text.slice(this.valueFrom, this.valueTo)
  }

  #fail(): boolean {
    this.failed = true
    return false
  }
}

// A host may be IPv6 with or without brackets (RFC 5118 §4.5), so anything that cannot end a value is let in.
function valueEnd(text: string, from: number, to: number): number {
  if (from < to && text.charCodeAt(from) === DQUOTE) return quotedEnd(text, from, to)
  let at = from
  while (at < to && isValue(text.charCodeAt(at))) at++
  return at
}
