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

/** Table 4 from T1: the long ones are 64·T1 unless given; Timer C is 180 s. */
export function timersFrom(given: Partial<Timers> = {}): Timers {
  const t1 = given.t1 ?? 500
  return {
    t1,
    t2: given.t2 ?? 4_000,
    t4: given.t4 ?? 5_000,
    inviteTimeout: given.inviteTimeout ?? 64 * t1,
    nonInviteTimeout: given.nonInviteTimeout ?? 64 * t1,
    linger: given.linger ?? 64 * t1,
    ringTimeout: given.ringTimeout ?? 180_000,
  }
}
