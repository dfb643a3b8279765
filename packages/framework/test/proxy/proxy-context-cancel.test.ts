/** The caller hangs up, in every order with what targets say. RFC 3261 §9, §16.10 */
import { expect, test } from '@jest/globals'
import { answer, invite } from '#src/testing/messages.js'
import { Lab, sourceOf, targets } from './lab.js'

const ab = targets('a', 'b')

test('before any provisional response the CANCEL waits for one (§9.1)', () => {
  const call = new Lab().relay(ab).cancel().advance(10_000)
  expect(call.effects).toEqual(['try 0'])
  expect(call.receive(0, 100).effects).toEqual(['cancel 0'])
  expect(call.receive(0, 180).effects).toEqual([])
  expect(call.receive(0, 487).effects).toEqual(['respond 487 of 0', 'done'])
})

test.each(['no-response', 'transport-error'] as const)(
  'a target that never answers ends the cancelled call with 487, and nobody else is tried: %s (§16.10)',
  (cause) => {
    const call = new Lab().relay(ab).cancel().fail(0, cause)
    expect(call.effects).toEqual(['try 0', 'respond 487', 'done'])
  },
)

test('a target that is given up ends the cancelled call with 487, and is cancelled if it wakes (§9.1)', () => {
  const call = new Lab().relay(ab, { timeoutMs: 2_000 }).cancel().advance(2_000)
  expect(call.effects).toEqual(['try 0', 'abandon 0', 'respond 487', 'done'])
  expect(call.receive(0, 180).effects).toEqual(['cancel 0'])
})

test('a 503 after CANCEL is not shown to the handler, and B is never tried (§16.10)', () => {
  const call = new Lab().relay(ab).cancel().receive(0, 503)
  expect(call.effects).toEqual(['try 0', 'respond 487', 'done'])
})

test('a target that rings is cancelled at once, and its 487 goes to the caller (§16.10)', () => {
  const call = new Lab().relay(ab).receive(0, 180).cancel()
  expect(call.effects).toEqual(['try 0', 'respond 180 of 0', 'cancel 0'])
  expect(call.receive(0, 487).effects).toEqual(['respond 487 of 0', 'done'])
})

test('a 200 that crosses the CANCEL wins (§9.1)', () => {
  const call = new Lab().relay(ab).receive(0, 180).cancel().receive(0, 200)
  expect(call.effects.slice(-3)).toEqual(['cancel 0', 'respond 200 of 0', 'done'])
})

test('a 603 that crosses the CANCEL goes to the caller (§16.7 step 5)', () => {
  const call = new Lab().relay(ab).receive(0, 180).cancel().receive(0, 603)
  expect(call.effects.slice(-2)).toEqual(['respond 603 of 0', 'done'])
})

test('a 486 that crosses the CANCEL becomes 487: the caller no longer asks (§16.10)', () => {
  const call = new Lab().relay(ab).receive(0, 180).cancel().receive(0, 486)
  expect(call.effects.slice(-2)).toEqual(['respond 487', 'done'])
})

test('after failover only the target in use is cancelled (§16.10)', () => {
  const call = new Lab().relay(ab).receive(0, 503).next(0).receive(1, 180).cancel()
  expect(call.effects.slice(-2)).toEqual(['respond 180 of 1', 'cancel 1'])
  expect(call.receive(1, 487).effects).toEqual(['respond 487 of 1', 'done'])
})

test('after failover from a silent target that one is cancelled only if it wakes (§9.1)', () => {
  const call = new Lab().relay(ab, { timeoutMs: 2_000 }).advance(2_000).next(0).receive(1, 180)
  expect(call.cancel().effects.at(-1)).toBe('cancel 1')
  expect(call.receive(0, 180).effects).toEqual(['cancel 0'])
})

test('all branches of a fork are cancelled, each when it may be (§16.10)', () => {
  const call = new Lab()
    .fork(targets('a', 'b', 'c'))
    .receive(0, 180)
    .receive(1, 486)
    .forward(1)
  expect(call.cancel().effects.slice(-2)).toEqual(['failed 1', 'cancel 0'])
  expect(call.receive(0, 487).effects).toEqual([])
  expect(call.receive(2, 180).effects).toEqual(['cancel 2'])
  expect(call.receive(2, 487).effects).toEqual(['respond 487 of 0', 'done'])
})

test('a caller who hangs up while a handler decides gets his 487 at once, and the decision is void (§16.10)', () => {
  const call = new Lab().relay(ab).receive(0, 503).cancel()
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 487', 'done'])
  expect(call.next(0).effects).toEqual([])
})

test.each([
  { kind: 'next' },
  { kind: 'forward' },
  { kind: 'relay', source: sourceOf(ab), options: {} },
  { kind: 'fork', targets: ab, options: {} },
] as const)('a decision that comes after CANCEL tries nobody: $kind (§16.10)', (decision) => {
  const call = new Lab().fork(ab).receive(0, 503).receive(1, 180).cancel()
  expect(call.effects.at(-1)).toBe('cancel 1')
  expect(call.decide(0, decision).effects).toEqual([])
  expect(call.receive(1, 487).effects).toEqual(['respond 487 of 1', 'done'])
})

test('a reply of the handler that comes after CANCEL but before the final answer goes out', () => {
  const call = new Lab().fork(ab).receive(0, 503).receive(1, 180).cancel()
  call.decide(0, { kind: 'reply', response: answer(invite(), 480) })
  expect(call.effects.slice(-2)).toEqual(['cancel 1', 'respond 480'])
  expect(call.receive(1, 487).effects).toEqual(['done'])
})

test('a call that is cancelled before any target was chosen is answered 487 and tries none (§16.10)', () => {
  const call = new Lab().cancel()
  expect(call.effects).toEqual(['respond 487', 'done'])
  expect(call.relay(ab).fork(ab).effects).toEqual([])
  expect(call.context).toMatchObject({ cancelled: true, answered: true })
})

test('a target that ignores the CANCEL is given up after 64·T1, and the caller gets 487 (§9.1)', () => {
  const call = new Lab().relay(ab).receive(0, 180).cancel().advance(31_999)
  expect(call.effects.at(-1)).toBe('cancel 0')
  expect(call.advance(1).effects).toEqual(['abandon 0', 'respond 487', 'done'])
})

test('CANCEL while Timer C has already cancelled sends no second one (§9.1)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).receive(0, 180).advance(5_000).cancel()
  expect(call.effects.slice(-1)).toEqual(['cancel 0'])
  expect(call.receive(0, 487).effects).toEqual(['respond 487 of 0', 'done'])
})

test('after CANCEL no further server of the target is tried, and the new one of before is not cancelled unheard (§9.1)', () => {
  const call = new Lab().relay(ab).receive(0, 100)
  expect(call.restart(0)).toBe(true)
  expect(call.cancel().effects).toEqual(['try 0'])
  expect(call.restart(0)).toBe(false)
  expect(call.receive(0, 180).effects).toEqual(['cancel 0'])
})

test('a branch whose name is still looked up when the caller hangs up is not sent (§16.10)', () => {
  const call = new Lab().relay(ab).cancel()
  expect(call.restart(0)).toBe(false)
  expect(call.fail(0, 'no-response').effects).toEqual(['try 0', 'respond 487', 'done'])
})

test('a second CANCEL, and one after the final answer, change nothing (§9.2)', () => {
  const call = new Lab().relay(ab).receive(0, 180).cancel()
  expect(call.effects.at(-1)).toBe('cancel 0')
  expect(call.cancel().effects).toEqual([])
  const answered = new Lab().relay(ab).receive(0, 200)
  expect(answered.effects.at(-1)).toBe('done')
  expect(answered.cancel().effects).toEqual([])
  expect(answered.context.cancelled).toBe(false)
})

test('at the deadline a cancelled call is answered 487', () => {
  const call = new Lab().relay(ab, { deadlineMs: 5_000 }).cancel().advance(5_000)
  expect(call.effects).toEqual(['try 0', 'respond 487', 'abandon 0', 'done'])
})
