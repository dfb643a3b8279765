/**
 * INVITE client transaction: RFC 3261 §17.1.1 and Figure 5, with the Accepted state and Timer M of
 * RFC 6026 §7.2 and §8.4.
 */
import { ackFor, type SipResponse } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { deliver, forget, release, report, sendRequest, timeout } from './client-actions.js'
import { resendAgainAfter, type Machine } from './machine.js'
import { type ClientRecord, type TransactionEffect } from './transaction.js'

export type InviteClientState =
  'new' | 'calling' | 'proceeding' | 'abandoned' | 'accepted' | 'completed' | 'terminated'

/**
 * Figure 5 as a table.
 *
 * Deviation: the box `abandoned` is not in the figure. A proxy gives up a silent target long before
 * Timer B (RFC 3263 §4.3) and a cancelled one after 64·T1 (§9.1); from then on nothing is resent, a late
 * response still counts, and Timer B ends the wait without telling a transaction user who knows already.
 *
 * Deviation: an ACK that cannot be sent ends Completed as in the figure, but silently. The transaction user
 * has its final response; a proxy would take the report for a second one (§16.9).
 */
export const inviteClientMachine: Machine<InviteClientState, ClientRecord> = {
  new: { timers: [], on: { request: { do: [sendRequest], to: 'calling' } } },
  calling: {
    timers: ['A', 'B'],
    on: {
      '1xx': { do: [deliver, release], to: 'proceeding' },
      '2xx': { do: [deliver, forget], to: 'accepted' },
      '300-699': { do: [sendAck, deliver], to: 'completed' },
      timerA: { do: [resend] },
      timerB: { do: [timeout], to: 'terminated' },
      transportError: { do: [report], to: 'terminated' },
      abandon: { do: [release], to: 'abandoned' },
    },
  },
  proceeding: {
    timers: [],
    on: {
      '1xx': { do: [deliver] },
      '2xx': { do: [deliver, forget], to: 'accepted' },
      '300-699': { do: [sendAck, deliver], to: 'completed' },
      abandon: { do: [], to: 'abandoned' },
    },
  },
  abandoned: {
    timers: ['B'],
    on: {
      '1xx': { do: [deliver] },
      '2xx': { do: [deliver, forget], to: 'accepted' },
      '300-699': { do: [sendAck, deliver], to: 'completed' },
      timerB: { do: [], to: 'terminated' },
      transportError: { do: [], to: 'terminated' },
    },
  },
  accepted: {
    timers: ['M'],
    on: {
      '2xx': { do: [deliver] },
      timerM: { do: [], to: 'terminated' },
    },
  },
  completed: {
    timers: ['D'],
    on: {
      '300-699': { do: [sendAckAgain] },
      timerD: { do: [], to: 'terminated' },
      transportError: { do: [], to: 'terminated' },
    },
  },
  terminated: { timers: [], on: {} },
}

/** Timer A doubles after each retransmission, with no ceiling. RFC 3261 §17.1.1.2 */
function resend(transaction: ClientRecord, _input: undefined, now: number): TransactionEffect {
  resendAgainAfter(transaction, transaction.resendAfter * 2, now)
  return { kind: 'sendRequest', text: transaction.text, transaction }
}

/** RFC 3261 §17.1.1.3: to the same hop as the INVITE, which is not needed any more. */
function sendAck(transaction: ClientRecord, response: SipResponse): TransactionEffect {
  transaction.text = serialize(ackFor(transaction.request!, response))
  transaction.request = undefined
  return sendAckAgain(transaction)
}

function sendAckAgain(transaction: ClientRecord): TransactionEffect {
  return { kind: 'sendRequest', text: transaction.text, transaction }
}
