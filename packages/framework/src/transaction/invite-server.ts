/**
 * INVITE server transaction: RFC 3261 §17.2.1 and Figure 7, with the Accepted state and Timer L of
 * RFC 6026 §7.1 and §8.3.
 */
import { responseTo } from '../message/message.js'
import { resendAgainAfter, type Arrival, type Machine } from './machine.js'
import {
  forgetRequest,
  passRequest,
  release,
  sendAndKeep,
  sendLastAgain,
  sendOnce,
} from './server-actions.js'
import { type ServerRecord, type TransactionEffect } from './transaction.js'

export type InviteServerState =
  'new' | 'trying' | 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated'

/**
 * Figure 7 as a table.
 *
 * Deviation: the figure begins in Proceeding; here that box is two. In `trying` the transaction user has
 * said nothing yet and has 200 ms before the machine says 100 for it; in `proceeding` a provisional
 * response has been sent.
 *
 * Deviation: a 2xx leaves in every state, although the figure knows it in Proceeding and Accepted only: a
 * proxy forwards every 2xx at once (§16.7 step 5), also one that comes behind another branch's failure or
 * behind our answer to a CANCEL, for somebody has picked up the phone.
 */
export const inviteServerMachine: Machine<InviteServerState, ServerRecord> = {
  new: { timers: [], on: { request: { do: [passRequest], to: 'trying' } } },
  trying: {
    timers: ['100'],
    on: {
      '1xx': { do: [sendAndKeep], to: 'proceeding' },
      '2xx': { do: [sendOnce, forgetRequest], to: 'accepted' },
      '300-699': { do: [sendAndKeep, forgetRequest], to: 'completed' },
      timer100: { do: [sendTrying], to: 'proceeding' },
      drop: { do: [], to: 'terminated' },
    },
  },
  proceeding: {
    timers: [],
    on: {
      request: { do: [sendLastAgain] },
      '1xx': { do: [sendAndKeep] },
      '2xx': { do: [sendOnce, release, forgetRequest], to: 'accepted' },
      '300-699': { do: [sendAndKeep, forgetRequest], to: 'completed' },
      drop: { do: [], to: 'terminated' },
    },
  },
  accepted: {
    timers: ['L'],
    on: {
      '2xx': { do: [sendOnce] },
      ack: { do: [passAck] },
      timerL: { do: [], to: 'terminated' },
    },
  },
  completed: {
    timers: ['G', 'H'],
    on: {
      request: { do: [sendLastAgain] },
      '2xx': { do: [sendOnce] },
      ack: { do: [release], to: 'confirmed' },
      timerG: { do: [resend] },
      timerH: { do: [], to: 'terminated' },
    },
  },
  confirmed: {
    timers: ['I'],
    on: {
      '2xx': { do: [sendOnce] },
      timerI: { do: [], to: 'terminated' },
    },
  },
  terminated: { timers: [], on: { '2xx': { do: [sendOnce] } } },
}

/** RFC 3261 §17.2.1: the caller shall not go on resending while the transaction user is silent. */
function sendTrying(transaction: ServerRecord): TransactionEffect {
  return sendAndKeep(transaction, responseTo(transaction.request!, 100))
}

/** Timer G doubles up to T2. RFC 3261 §17.2.1 */
function resend(transaction: ServerRecord, _input: undefined, now: number): TransactionEffect {
  const interval = Math.min(transaction.resendAfter * 2, transaction.timers.t2)
  resendAgainAfter(transaction, interval, now)
  return sendLastAgain(transaction)
}

/** An ACK for a 2xx comes in the INVITE's key only from RFC 2543 callers. RFC 6026 §7.1 */
function passAck(_transaction: ServerRecord, { request, flow }: Arrival): TransactionEffect {
  return { kind: 'ack', request, flow }
}
