/** Non-INVITE server transaction: RFC 3261 §17.2.2 and Figure 8, within the bounds of RFC 4320. */
import { type Machine } from './machine.js'
import { forgetRequest, passRequest, sendAndKeep, sendLastAgain } from './server-actions.js'
import { type ServerRecord } from './transaction.js'

export type NonInviteServerState = 'new' | 'trying' | 'proceeding' | 'completed' | 'terminated'

/**
 * Figure 8 as a table. It never sends 100 by itself (RFC 4320 §4.1).
 *
 * Deviation: the figure waits for the transaction user without end. Here `expiry` ends the wait silently
 * when the caller's own Timer F has fired: nobody would take the answer any more (RFC 4320 §4.2).
 */
export const nonInviteServerMachine: Machine<NonInviteServerState, ServerRecord> = {
  new: { timers: [], on: { request: { do: [passRequest], to: 'trying' } } },
  trying: {
    timers: ['expiry'],
    on: {
      '1xx': { do: [sendAndKeep], to: 'proceeding' },
      '200-699': { do: [sendAndKeep, forgetRequest], to: 'completed' },
      timerexpiry: { do: [], to: 'terminated' },
      drop: { do: [], to: 'terminated' },
    },
  },
  proceeding: {
    timers: ['expiry'],
    on: {
      request: { do: [sendLastAgain] },
      '1xx': { do: [sendAndKeep] },
      '200-699': { do: [sendAndKeep, forgetRequest], to: 'completed' },
      timerexpiry: { do: [], to: 'terminated' },
      drop: { do: [], to: 'terminated' },
    },
  },
  completed: {
    timers: ['J'],
    on: {
      request: { do: [sendLastAgain] },
      timerJ: { do: [], to: 'terminated' },
    },
  },
  terminated: { timers: [], on: {} },
}
