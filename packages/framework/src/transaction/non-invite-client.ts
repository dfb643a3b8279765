/** Non-INVITE client transaction: RFC 3261 §17.1.2 and Figure 6. */
import { deliver, forget, release, report, sendRequest, timeout } from './client-actions.js'
import { resendAgainAfter, type Machine } from './machine.js'
import { type ClientRecord, type TransactionEffect } from './transaction.js'

export type NonInviteClientState =
  'new' | 'trying' | 'proceeding' | 'abandoned' | 'completed' | 'terminated'

/**
 * Figure 6 as a table. Timer F bounds the whole transaction, so every box until the final response lists it.
 *
 * Deviation: the box `abandoned` is not in the figure; see Figure 5's in `invite-client.ts`.
 */
export const nonInviteClientMachine: Machine<NonInviteClientState, ClientRecord> = {
  new: { timers: [], on: { request: { do: [sendRequest], to: 'trying' } } },
  trying: {
    timers: ['E', 'F'],
    on: {
      '1xx': { do: [deliver], to: 'proceeding' },
      '200-699': { do: [deliver, forget], to: 'completed' },
      timerE: { do: [resend] },
      timerF: { do: [timeout], to: 'terminated' },
      transportError: { do: [report], to: 'terminated' },
      abandon: { do: [release], to: 'abandoned' },
    },
  },
  proceeding: {
    timers: ['E', 'F'],
    on: {
      '1xx': { do: [deliver] },
      '200-699': { do: [deliver, forget], to: 'completed' },
      timerE: { do: [resendEveryT2] },
      timerF: { do: [timeout], to: 'terminated' },
      transportError: { do: [report], to: 'terminated' },
      abandon: { do: [release], to: 'abandoned' },
    },
  },
  abandoned: {
    timers: ['F'],
    on: {
      '1xx': { do: [deliver] },
      '200-699': { do: [deliver, forget], to: 'completed' },
      timerF: { do: [], to: 'terminated' },
      transportError: { do: [], to: 'terminated' },
    },
  },
  completed: {
    timers: ['K'],
    on: { timerK: { do: [], to: 'terminated' } },
  },
  terminated: { timers: [], on: {} },
}

/** Timer E doubles up to T2. RFC 3261 §17.1.2.2 */
function resend(transaction: ClientRecord, _input: undefined, now: number): TransactionEffect {
  const interval = Math.min(transaction.resendAfter * 2, transaction.timers.t2)
  resendAgainAfter(transaction, interval, now)
  return { kind: 'sendRequest', text: transaction.text, transaction }
}

/** Once a provisional response has come, Timer E is T2 whatever it was. RFC 3261 §17.1.2.2 */
function resendEveryT2(
  transaction: ClientRecord,
  _input: undefined,
  now: number,
): TransactionEffect {
  resendAgainAfter(transaction, transaction.timers.t2, now)
  return { kind: 'sendRequest', text: transaction.text, transaction }
}
