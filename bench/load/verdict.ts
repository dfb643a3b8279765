/** Whether a run counts. */

/** What happened in a run. */
export interface Outcome {
  /** Calls that the generator was told to make. */
  readonly asked: number
  readonly created: number
  readonly successful: number
  /** At the caller and at the backends. */
  readonly retransmissions: number
  /** Calls that ended well while it was measured. */
  readonly measured: number
  /** Calls that the rate asks for in that time. */
  readonly nominal: number
}

/** The generator may be late by so much. */
const latenessAllowed = 0.15
/** More retransmissions than this share of the calls, and somebody was overloaded. */
export const retransmissionsAllowed = 0.001

/**
 * Why the run does not count; undefined if it does. Every call that was asked for must have been made and ended well,
 * hardly a message sent twice, and the generator must have kept its rate.
 */
export function whyVoid(outcome: Outcome): string | undefined {
  const { asked, created, successful, retransmissions, measured, nominal } = outcome
  if (created < asked) return `${created} of ${asked} calls were made`
  if (successful < created) return `${created - successful} of ${created} calls failed`
  if (retransmissions > created * retransmissionsAllowed) {
    return `${retransmissions} retransmissions in ${created} calls`
  }
  if (measured < nominal * (1 - latenessAllowed)) {
    return `${Math.round(measured)} calls in the time of ${Math.round(nominal)}: the generator was late`
  }
  return undefined
}
