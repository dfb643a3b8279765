/**
 * What a transaction machine is: the boxes and arrows of a figure of RFC 3261 §17, written as a table, and
 * the one function that walks along an arrow. Everything that changes a transaction's state is in here.
 *
 * A box lists its timers. A timer starts when the transaction comes from a box that does not list it,
 * stops when it goes to one that does not, and runs on across an arrow between two that do; nobody ever
 * starts or stops one by hand. An input without an arrow is absorbed.
 */
import { type SipError } from '../errors.js'
import { type Flow } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { firstInterval, isResendTimer, type TimerName } from './timers.js'
import { type Stepped, type TransactionEffect } from './transaction.js'

/** A request with the flow it came by. */
export interface Arrival {
  readonly request: SipRequest
  readonly flow: Flow
}

/** What can happen to a transaction, and what comes with it. */
export interface Inputs {
  /** The request that makes the transaction, and on the server side its retransmissions. */
  readonly request: SipRequest
  /** An ACK in the key of this INVITE. */
  readonly ack: Arrival
  /** Responses: from the network to a client transaction, from the transaction user to a server one. */
  readonly '1xx': SipResponse
  readonly '2xx': SipResponse
  readonly '300-699': SipResponse
  readonly '200-699': SipResponse
  /** The transaction user gave up waiting. */
  readonly abandon: undefined
  /** The transaction user will not answer. */
  readonly drop: undefined
  /** The request or ACK could not be sent. */
  readonly transportError: SipError
  readonly timerA: undefined
  readonly timerB: undefined
  readonly timerD: undefined
  readonly timerE: undefined
  readonly timerF: undefined
  readonly timerG: undefined
  readonly timerH: undefined
  readonly timerI: undefined
  readonly timerJ: undefined
  readonly timerK: undefined
  readonly timerL: undefined
  readonly timerM: undefined
  readonly timer100: undefined
  readonly timerexpiry: undefined
}

export type InputKind = keyof Inputs

/** What an arrow does; an effect is for the shell. */
export type Action<Tx, Input> = (
  transaction: Tx,
  input: Input,
  now: number,
) => TransactionEffect | undefined

/** One arrow of a figure: what to do, and where to go (absent: stay). */
export interface Arrow<State extends string, Tx, Input> {
  readonly do: readonly Action<Tx, Input>[]
  readonly to?: State
}

/** One box of a figure. It may list one timer that resends and one that does not. */
export interface Box<State extends string, Tx> {
  readonly timers: readonly TimerName[]
  readonly on: { readonly [Kind in InputKind]?: Arrow<State, Tx, Inputs[Kind]> }
}

/** A figure. It begins in `new`, the arrow from nowhere, and is over in `terminated`. */
export type Machine<State extends string, Tx> = { readonly [Name in State]: Box<State, Tx> }

/** What an input without an effect returns: one array for all. */
export const nothing: readonly TransactionEffect[] = Object.freeze([])

/** The effects so far and one more; `nothing` is never changed. */
export function and(
  effects: readonly TransactionEffect[],
  effect: TransactionEffect,
): readonly TransactionEffect[] {
  if (effects.length === 0) return [effect]
  const grown = effects as TransactionEffect[]
  grown.push(effect)
  return grown
}

/**
 * Walks along the arrow of this input, if the present box has one, and adds its effects to `effects`. An
 * action that may throw (an ACK built from a malformed response) stands first in its arrow: the state has
 * not changed then, and the layer treats the input as if it had never come.
 */
export function step<Tx extends Stepped, Kind extends InputKind>(
  machine: Machine<string, Tx>,
  transaction: Tx,
  kind: Kind,
  input: Inputs[Kind],
  now: number,
  effects: readonly TransactionEffect[],
): readonly TransactionEffect[] {
  const box = machine[transaction.state]!
  const arrow: Arrow<string, Tx, Inputs[Kind]> | undefined = box.on[kind]
  if (arrow === undefined) return effects
  const actions = arrow.do
  for (let index = 0; index < actions.length; index++) {
    const effect = actions[index]!(transaction, input, now)
    if (effect !== undefined) effects = and(effects, effect)
  }
  if (arrow.to !== undefined) enter(machine, transaction, box.timers, arrow.to, now)
  return effects
}

/** Fires what is due at `now`, in order of time. */
export function fire<Tx extends Stepped>(
  machine: Machine<string, Tx>,
  transaction: Tx,
  now: number,
  effects: readonly TransactionEffect[],
): readonly TransactionEffect[] {
  while (transaction.resendAt <= now || transaction.endAt <= now) {
    const resends = transaction.resendAt < transaction.endAt
    if (resends) transaction.resendAt = Infinity
    else transaction.endAt = Infinity
    for (const timer of machine[transaction.state]!.timers) {
      if (isResendTimer(timer) !== resends) continue
      effects = step(machine, transaction, `timer${timer}`, undefined, now, effects)
      break
    }
  }
  return effects
}

/** The next moment at which `fire` has something to do; Infinity if none. */
export function nextFiring(transaction: Stepped): number {
  return transaction.resendAt < transaction.endAt ? transaction.resendAt : transaction.endAt
}

/** For the arrow of a resending timer: it fires again after `interval`. */
export function resendAgainAfter(transaction: Stepped, interval: number, now: number): void {
  transaction.resendAfter = interval
  transaction.resendAt = now + interval
}

function enter<Tx extends Stepped>(
  machine: Machine<string, Tx>,
  transaction: Tx,
  left: readonly TimerName[],
  state: string,
  now: number,
): void {
  transaction.state = state
  const entered = machine[state]!.timers
  for (let index = 0; index < left.length; index++) {
    const timer = left[index]!
    if (entered.includes(timer)) continue
    if (isResendTimer(timer)) transaction.resendAt = Infinity
    else transaction.endAt = Infinity
  }
  for (let index = 0; index < entered.length; index++) {
    const timer = entered[index]!
    if (left.includes(timer)) continue
    const interval = firstInterval(timer, transaction.timers, transaction.reliable)
    if (isResendTimer(timer)) resendAgainAfter(transaction, interval, now)
    else transaction.endAt = now + interval
  }
}
