/**
 * Max-Breadth: how many branches of one request may be open at the same time, over all proxies. It bounds what a
 * loop of forking proxies can make of one message. RFC 5393 §5
 */
import { type SipRequest } from '../message/message.js'

/** What a request without the header is given, and the most that one is allowed. RFC 5393 §5.3.3 */
export const largestBreadth = 60

/** What the request may spend here; undefined when its Max-Breadth is not one number. RFC 5393 §5.3.3 */
export function incomingBreadth(request: SipRequest): number | undefined {
  const text = request.headers.get('Max-Breadth')
  if (text === undefined) return largestBreadth
  if (request.headers.count('Max-Breadth') !== 1) return undefined
  return parseBreadth(text)
}

/**
 * Shares what is available among branches that leave together, as evenly as whole numbers allow. Undefined when
 * it is not enough for one each. RFC 5393 §5.3.3
 */
export function shareBreadth(available: number, branches: number): readonly number[] | undefined {
  if (available < branches) return undefined
  const share = Math.floor(available / branches)
  const larger = available - share * branches
  return Array.from({ length: branches }, (_, index) => (index < larger ? share + 1 : share))
}

// Max-Breadth  =  "Max-Breadth" HCOLON 1*DIGIT                                             RFC 5393 §5.3.1
function parseBreadth(text: string): number | undefined {
  if (text.length === 0) return undefined
  let value = 0
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return undefined
    value = Math.min(value * 10 + digit, largestBreadth)
  }
  return value
}
