import { expect, test } from '@jest/globals'
import { invite } from '@sipwright/framework/testing'
import { dispatcherConfig } from '#src/config.js'
import { Destination } from '#src/destination.js'
import { Retries } from '#src/load/retries.js'

const config = dispatcherConfig.parse({ sets: { 1: { destinations: ['sip:a', 'sip:b'] } } })
const [a, b] = config.sets['1']!.destinations.map(
  (each) => new Destination('1', each, config.probe, undefined, 0),
)

function request(callId: string, cseq: number, now: number) {
  return { request: invite({ callId, cseq }), now }
}

test('the next request of the call, and only with a higher CSeq, goes to who challenged (§22.2)', () => {
  const retries = new Retries(10)
  retries.challenged(a!, request('one', 7, 0))
  const ask = (callId: string, cseq: number, set = '1') =>
    retries.destinationFor(set, request(callId, cseq, 1))
  expect(ask('one', 8)).toBe('sip:a')
  expect(ask('one', 20)).toBe('sip:a')
  expect(ask('one', 7)).toBeUndefined()
  expect(ask('one', 6)).toBeUndefined()
  expect(ask('two', 8)).toBeUndefined()
  expect(ask('one', 8, '2')).toBeUndefined()
})

test('the last challenge counts', () => {
  const retries = new Retries(10)
  retries.challenged(a!, request('one', 1, 0))
  retries.challenged(b!, request('one', 2, 0))
  expect(retries.size).toBe(1)
  expect(retries.destinationFor('1', request('one', 3, 1))).toBe('sip:b')
  expect(retries.destinationFor('1', request('one', 2, 1))).toBeUndefined()
})

test('it is forgotten 32 s, 64·T1, after the last challenge', () => {
  const retries = new Retries(10)
  retries.challenged(a!, request('one', 1, 1_000))
  expect(retries.destinationFor('1', request('one', 2, 32_999))).toBe('sip:a')
  expect(retries.destinationFor('1', request('one', 2, 33_000))).toBeUndefined()
  retries.challenged(a!, request('one', 1, 20_000))
  expect(retries.destinationFor('1', request('one', 2, 51_999))).toBe('sip:a')
})

test('no more callers than the limit are remembered; who was challenged longest ago goes first', () => {
  const retries = new Retries(3)
  for (const callId of ['one', 'two', 'three']) retries.challenged(a!, request(callId, 1, 0))
  retries.challenged(a!, request('one', 2, 1))
  retries.challenged(a!, request('four', 1, 2))
  const known = ['one', 'two', 'three', 'four'].filter(
    (callId) => retries.destinationFor('1', request(callId, 3, 3)) !== undefined,
  )
  expect(known).toEqual(['one', 'three', 'four'])
  for (let n = 0; n < 1_000; n++) retries.challenged(a!, request(`flood ${n}`, 1, 3))
  expect(retries.size).toBe(3)
})

test('what has expired is dropped when the next challenge comes', () => {
  const retries = new Retries(10)
  for (const callId of ['one', 'two']) retries.challenged(a!, request(callId, 1, 0))
  retries.challenged(a!, request('three', 1, 32_000))
  expect(retries.size).toBe(1)
})
