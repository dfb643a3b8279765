import { expect, test } from '@jest/globals'
import { type SipResponse } from '#src/message/message.js'
import {
  fire,
  nextFiring,
  nothing,
  resendAgainAfter,
  step,
  type Machine,
} from '#src/transaction/machine.js'
import { timersFrom } from '#src/transaction/timers.js'
import { type Stepped } from '#src/transaction/transaction.js'

interface Walker extends Stepped {
  readonly did: string[]
}

const machine: Machine<'new' | 'first' | 'second' | 'last', Walker> = {
  new: { timers: [], on: { request: { do: [did('begin')], to: 'first' } } },
  first: {
    timers: ['E', 'F'],
    on: {
      '1xx': { do: [did('one'), did('two')], to: 'second' },
      timerE: { do: [did('E'), again] },
      timerF: { do: [did('F')], to: 'last' },
    },
  },
  second: { timers: ['F'], on: { timerF: { do: [did('F')], to: 'last' } } },
  last: { timers: [], on: {} },
}

function did(name: string) {
  return (walker: Walker): undefined => {
    walker.did.push(name)
  }
}

function again(walker: Walker, _input: undefined, now: number): undefined {
  resendAgainAfter(walker, walker.resendAfter * 2, now)
}

function walker(reliable = false): Walker {
  return {
    did: [],
    state: 'new',
    reliable,
    timers: timersFrom(),
    dueAt: Infinity,
    place: -1,
    resendAt: Infinity,
    resendAfter: Infinity,
    endAt: Infinity,
  }
}

test('an arrow does its actions in order and leads to its box', () => {
  const tx = walker()
  step(machine, tx, 'request', undefined as never, 0, nothing)
  step(machine, tx, '1xx', undefined as never, 0, nothing)
  expect(tx.did).toEqual(['begin', 'one', 'two'])
  expect(tx.state).toBe('second')
})

test('an action that needs what its input does not bring, and an arrow to no box, do not compile', () => {
  const needsResponse = (tx: Walker, { reason }: SipResponse): undefined => {
    tx.did.push(reason)
  }
  const wrong: Machine<'new', Walker> = {
    new: {
      timers: [],
      on: {
        '1xx': { do: [needsResponse] },
        // @ts-expect-error a timer brings no response
        timerE: { do: [needsResponse] },
        // @ts-expect-error there is no such box
        drop: { do: [], to: 'nowhere' },
      },
    },
  }
  expect(Object.keys(wrong)).toEqual(['new'])
})

test('an input without an arrow is absorbed: the shared empty array comes back', () => {
  const tx = walker()
  expect(step(machine, tx, 'drop', undefined, 0, nothing)).toBe(nothing)
  expect(tx.state).toBe('new')
  expect(Object.isFrozen(nothing)).toBe(true)
})

test('a timer starts when a box lists it, runs on where the next one does too, and stops where none does', () => {
  const tx = walker()
  expect(nextFiring(tx)).toBe(Infinity)
  step(machine, tx, 'request', undefined as never, 100, nothing)
  expect([tx.resendAt, tx.endAt]).toEqual([600, 32_100])
  step(machine, tx, '1xx', undefined as never, 1_000, nothing)
  expect([tx.resendAt, tx.endAt]).toEqual([Infinity, 32_100])
  fire(machine, tx, 32_100, nothing)
  expect(tx.state).toBe('last')
  expect(nextFiring(tx)).toBe(Infinity)
})

test('when the clock comes late, each due timer fires once, in order of time', () => {
  const tx = walker()
  step(machine, tx, 'request', undefined as never, 0, nothing)
  fire(machine, tx, 100_000, nothing)
  expect(tx.did).toEqual(['begin', 'E', 'F'])
})

test('over a reliable transport a resending timer does not run', () => {
  const tx = walker(true)
  step(machine, tx, 'request', undefined as never, 0, nothing)
  expect(tx.resendAt).toBe(Infinity)
})
