/** What a kamailio.cfg is made of, each part with the place where it stands. */
import { SipError } from '@sipwright/framework'

/** A line of a file, counted from 1. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** `word`: a name or keyword · `number`: digits and what sticks to them (an IPv4 address is one) · `mark`: an operator. */
export type TokenKind = 'word' | 'string' | 'number' | 'variable' | 'mark'

export interface Token extends Place {
  readonly kind: TokenKind
  /** Of a string what it says, without quotes and escapes. */
  readonly text: string
  /** The last line of a string of several. */
  readonly endLine: number
  /** Something stands between it and what is before. */
  readonly spaced: boolean
}

/** The refusal of an input: where, what was found, what was expected. */
export function refusal({ file, line }: Place, found: string, expected: string): SipError {
  return new SipError('SIPW_ERR_IMPORT_INPUT', [`${file}:${line}`, found, expected])
}

/** The tokens as one text, as they were written but for comments and line ends. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join('')
}
