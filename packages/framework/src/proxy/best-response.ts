/** Which of all final responses goes to the caller when nobody accepted. RFC 3261 §16.7 steps 6 and 7 */
import { responseTo, type SipRequest, type SipResponse } from '../message/message.js'

/**
 * What the caller gets, made of the preferred response: a 503 becomes a 500 of our own, because it speaks of one
 * target and would make the caller avoid us (§16.7 step 6, §21.5.4); a 401 or 407 carries the challenges of all
 * others too (§16.7 step 7). `responses` is not empty, earliest first, and none of them is a 2xx.
 */
export function chooseBest(responses: readonly SipResponse[], request: SipRequest): SipResponse {
  const preferred = preferredResponse(responses)
  if (preferred.status === 503) return responseTo(request, 500)
  if (isChallenge(preferred)) return withAllChallenges(preferred, responses)
  return preferred
}

/**
 * The response to prefer: a 6xx if there is one, otherwise one of the lowest class; within a class the one that
 * helps the caller most, and of equals the earliest. RFC 3261 §16.7 step 6
 */
export function preferredResponse(responses: readonly SipResponse[]): SipResponse {
  return responses.reduce((best, other) => (rank(other.status) < rank(best.status) ? other : best))
}

/** Lower is better. Classes are a thousand apart, the places within one are below that. */
function rank(status: number): number {
  const category = Math.floor(status / 100)
  return (category === 6 ? 0 : category * 1_000) + (placeInClass.get(status) ?? 2)
}

/**
 * First what lets the caller try again (§16.7 step 6), last what says least about the callee: that we hung up
 * (487), that nobody spoke (408), that one server was busy (503).
 */
const placeInClass: ReadonlyMap<number, number> = new Map([
  [401, 0],
  [407, 0],
  [415, 1],
  [420, 1],
  [484, 1],
  [487, 3],
  [408, 4],
  [503, 3],
])

function withAllChallenges(preferred: SipResponse, responses: readonly SipResponse[]): SipResponse {
  const others = responses.filter((other) => other !== preferred && isChallenge(other))
  if (others.length === 0) return preferred
  const whole = preferred.clone()
  for (const name of ['WWW-Authenticate', 'Proxy-Authenticate']) {
    for (const other of others) {
      for (const value of other.headers.getAll(name)) whole.headers.append(name, value)
    }
  }
  return whole
}

function isChallenge(response: SipResponse): boolean {
  return response.status === 401 || response.status === 407
}
