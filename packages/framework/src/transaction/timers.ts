/** Timer values and names: RFC 3261 §17 and table 4, RFC 6026 §8. */
import { SipError } from '../errors.js'

/** The timer values of RFC 3261 §17, table 4, in milliseconds. */
export interface Timers {
  /** Round-trip time estimate; Timer A, E and G start with it. */
  readonly t1: number
  /** The longest interval between retransmissions of non-INVITE requests and INVITE responses. */
  readonly t2: number
  /** The longest a message stays in the network: Timer I, K. */
  readonly t4: number
  /** Timer B. */
  readonly inviteTimeout: number
  /** Timer F. */
  readonly nonInviteTimeout: number
  /** Timers D, H, J, L and M: how long an ended transaction waits for stragglers. */
  readonly linger: number
  /** Timer C (§16.6 step 11): how long a called phone may ring. */
  readonly ringTimeout: number
}

/**
 * The timers of the figures by their letters, and two without one: `100` is the 200 ms in which the
 * transaction user may answer an INVITE before the machine says 100 Trying (§17.2.1); `expiry` ends a
 * non-INVITE that can no longer be answered in time (RFC 4320 §4.2).
 */
export type TimerName =
  'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | '100' | 'expiry'

/** Table 4 from T1: the long ones are 64·T1 unless given; Timer C is 180 s. Throws SIPW_ERR_TIMER_VALUE. */
export function timersFrom(given: Partial<Timers> = {}): Timers {
  const t1 = given.t1 ?? 500
  const timers = {
    t1,
    t2: given.t2 ?? 4_000,
    t4: given.t4 ?? 5_000,
    inviteTimeout: given.inviteTimeout ?? 64 * t1,
    nonInviteTimeout: given.nonInviteTimeout ?? 64 * t1,
    linger: given.linger ?? 64 * t1,
    ringTimeout: given.ringTimeout ?? 180_000,
  }
  for (const [name, value] of Object.entries(timers)) {
    // A retransmission interval of nothing would never let time pass.
    if (!(value > 0 && value < Infinity)) throw new SipError('SIPW_ERR_TIMER_VALUE', [name, value])
  }
  return timers
}

/**
 * How long a timer runs when a state begins to list it. Over a reliable transport nothing is resent, and
 * nothing can still be under way when a transaction has ended: Infinity and 0. RFC 3261 table 4
 */
export function firstInterval(timer: TimerName, timers: Timers, reliable: boolean): number {
  switch (timer) {
    case 'A':
    case 'E':
    case 'G':
      return reliable ? Infinity : timers.t1
    case 'B':
      return timers.inviteTimeout
    case 'F':
      return timers.nonInviteTimeout
    case 'D':
    case 'J':
      return reliable ? 0 : timers.linger
    case 'I':
    case 'K':
      return reliable ? 0 : timers.t4
    case 'H':
    case 'L':
    case 'M':
      return timers.linger
    case '100':
      return 200
    case 'expiry':
      // T4 longer than the caller's own Timer F, so that answers in their last moment find it still there.
      return timers.nonInviteTimeout + timers.t4
  }
}

/** Whether a timer sends something again and the transaction goes on; the others end a state. */
export function isResendTimer(timer: TimerName): boolean {
  return timer === 'A' || timer === 'E' || timer === 'G'
}
