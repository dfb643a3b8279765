/**
 * How much one destination asks to be spared: the loss algorithm of RFC 7339. It says so in the parameters of our Via that
 * its responses bring back; what it said holds for as long as it said, and of two words the later one counts.
 */
import { type SipRequest, type Via } from '@sipwright/framework'

/** What our Via says to destinations whose word is heard. RFC 7339 §5.1 */
export const overloadSupport = ';oc;oc-algo="loss"'

/** What a destination asks for. */
export interface OverloadReport {
  /** Requests to keep from it, in percent: 0 to 100. */
  readonly rate: number
  /** For so long; 0: not at all any more. Default: 500. RFC 7339 §4.3 */
  readonly validityMs?: number
  /** Only a higher one than the last counts. Absent: it counts. RFC 7339 §4.4 */
  readonly seq?: number
}

const defaultValidityMs = 500
/** RFC 7339 §4.3 sets no bound. A destination that asked for a day by mistake must not lose one. */
const longestValidityMs = 3_600_000
/** Older responses than these are no longer on their way, 64·T1: whoever counts from one again has been restarted. */
const seqHoldsMs = 32_000

export class Overload {
  /** Requests kept from it since the start. */
  shed = 0
  #rate = 0
  #until = -Infinity
  #seq = -Infinity
  #heardAt = -Infinity
  /** Percent: at a hundred a request is kept from it. */
  #due = 0

  /** Its word, at `now`. False: it is not news. */
  report({ rate, validityMs = defaultValidityMs, seq }: OverloadReport, now: number): boolean {
    const known = now - this.#heardAt < seqHoldsMs ? this.#seq : -Infinity
    if (seq !== undefined && seq <= known) return false
    if (seq !== undefined) {
      this.#seq = seq
      this.#heardAt = now
    }
    // One that was at ease begins in the middle, so that a rate of one percent does not keep the first request from it.
    if (this.rateAt(now) === 0) this.#due = 50
    this.#rate = Math.min(100, Math.max(0, rate))
    this.#until = now + Math.min(longestValidityMs, Math.max(0, validityMs))
    return true
  }

  /** The percentage that it is spared now. */
  rateAt(now: number): number {
    return now < this.#until ? this.#rate : 0
  }

  /** Whether the next request is kept from it: evenly spread, and exactly the rate of every hundred. */
  sheds(now: number): boolean {
    if (now >= this.#until) return false
    this.#due += this.#rate
    if (this.#due < 100) return false
    this.#due -= 100
    this.shed++
    return true
  }

  /** What `sheds` would say, and moves nothing. */
  wouldShed(now: number): boolean {
    return now < this.#until && this.#due + this.#rate >= 100
  }
}

/**
 * What a destination says in our Via, as its response brings it back; undefined: nothing that could be held. A bare `oc` is
 * our own, which it does not understand. RFC 7339 §4
 */
export function overloadReportIn({ params }: Via): OverloadReport | undefined {
  const rate = wholeNumber(params.get('oc'))
  const seq = params.get('oc-seq')
  if (rate === undefined || rate > 100 || seq === undefined || !seqPattern.test(seq)) {
    return undefined
  }
  const algorithm = params.get('oc-algo')
  if (algorithm !== undefined && algorithm.toLowerCase() !== 'loss') return undefined
  const validityMs = wholeNumber(params.get('oc-validity'))
  return { rate, seq: Number(seq), ...(validityMs !== undefined && { validityMs }) }
}

/**
 * Whether a request is never kept from a destination: it belongs to a dialog, says that it has priority (RFC 4412), or calls
 * for help (RFC 5031). RFC 7339 §5.10.1
 */
export function isExemptFromOverload({ uri, toTag, headers }: SipRequest): boolean {
  if (toTag !== undefined || headers.has('Resource-Priority')) return true
  return sos.test(uri)
}

/** 1*12DIGIT "." 1*5DIGIT, and the whole numbers that some send instead. RFC 7339 §9 */
const seqPattern = /^\d{1,12}(?:\.\d{1,5})?$/
const sos = /^urn:service:sos(?:\.|$)/i

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
