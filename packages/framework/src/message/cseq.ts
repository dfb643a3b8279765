/** The CSeq header field. RFC 3261 §20.16 */
import { SipError } from '../errors.js'
import { excerpt, isDigit, isToken, isWhite, readNumber, skipWhite, trimEnd } from './grammar.js'
import { methodName } from './method.js'

/** RFC 3261 §20.16 */
export interface CSeq {
  readonly number: number
  /** As written, case-sensitive. */
  readonly method: string
}

/**
 * Parses `314159 INVITE`; the number is below 2^31. Throws SIPW_ERR_MALFORMED_HEADER. `start` and `end` bound the
 * value within a longer text. RFC 3261 §8.1.1.5
 */
export function parseCSeq(text: string, start = 0, end = text.length): CSeq {
  // CSeq = "CSeq" HCOLON 1*DIGIT LWS Method
  const to = trimEnd(text, start, end)
  const from = skipWhite(text, start, to)
  let at = from
  while (at < to && isDigit(text.charCodeAt(at))) at++
  const number = readNumber(text, from, at, largestNumber)
  const method = skipWhite(text, at, to)
  if (number < 0 || method === to || !isWhite(text.charCodeAt(at))) throw malformed(text, from, to)
  for (let i = method; i < to; i++) {
    if (!isToken(text.charCodeAt(i))) throw malformed(text, from, to)
  }
  return { number, method: methodName(text, method, to) }
}

const largestNumber = 0x7fff_ffff

function malformed(text: string, from: number, to: number): SipError {
  return new SipError('SIPW_ERR_MALFORMED_HEADER', ['CSeq', excerpt(text, from, to)])
}
