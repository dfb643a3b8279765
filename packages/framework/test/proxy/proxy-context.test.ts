import { expect, test } from '@jest/globals'
import { answer, bobTag, invite, message } from '#src/testing/messages.js'
import { Lab, sourceOf, targets } from './lab.js'

const ab = targets('a', 'b')
const abc = targets('a', 'b', 'c')

// Serial

test('a call that is answered: the provisional responses and the 2xx go to the caller (§16.7 step 5)', () => {
  const call = new Lab().relay(ab)
  expect(call.effects).toEqual(['try 0'])
  expect(call.receive(0, 180).receive(0, 200).effects).toEqual([
    'respond 180 of 0',
    'respond 200 of 0',
    'done',
  ])
  expect(call.context).toMatchObject({ answered: true, cancelled: false, nextDeadline: Infinity })
})

test('a 100 is never forwarded (§16.7 step 5)', () => {
  const call = new Lab().relay(ab)
  expect(call.receive(0, 100).receive(0, 100).effects).toEqual(['try 0'])
})

test('every provisional response from 101 to 199 is forwarded (§16.7 step 5)', () => {
  const call = new Lab().relay(ab)
  expect(call.receive(0, 101).receive(0, 183).receive(0, 199).effects).toEqual([
    'try 0',
    'respond 101 of 0',
    'respond 183 of 0',
    'respond 199 of 0',
  ])
})

test('a failure is shown to the handler, and the next target is tried when it says so', () => {
  const call = new Lab().relay(ab).receive(0, 503)
  expect(call.effects).toEqual(['try 0', 'failed 0'])
  expect(call.context.branches[0]).toMatchObject({ state: 'ended', cause: 'response' })
  expect(call.next(0).effects).toEqual(['try 1'])
  expect(call.receive(1, 200).effects).toEqual(['respond 200 of 1', 'done'])
})

test('a failure that counts goes to the caller unchanged, and nobody else is tried', () => {
  const call = new Lab().relay(ab).receive(0, 486).forward(0)
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 486 of 0', 'done'])
})

test.each([401, 404, 407, 408, 480, 488, 500, 502, 504])(
  'a %i that a target sent goes to the caller as it came when the handler lets it (§16.7 step 6)',
  (status) => {
    const call = new Lab().relay(ab).receive(0, status)
    const { response } = call.context.branches[0]!
    call.forward(0)
    expect(call.effects.slice(-2)).toEqual([`respond ${status} of 0`, 'done'])
    expect(call.responses).toEqual([response])
  },
)

test('a redirection goes to the caller: it is not followed (§16.7 step 5)', () => {
  const call = new Lab().relay(ab).receive(0, 302).forward(0)
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 302 of 0', 'done'])
})

test('when no target is left the best of all goes to the caller (§16.7 step 6)', () => {
  const call = new Lab().relay(ab).receive(0, 486).next(0).receive(1, 503).next(1)
  expect(call.effects.slice(-2)).toEqual(['respond 486 of 0', 'done'])
})

test('when all answer 503 the caller gets a 500 made here (§16.7 step 6)', () => {
  const call = new Lab().relay(ab).receive(0, 503).next(0).receive(1, 503).next(1)
  expect(call.effects.slice(-2)).toEqual(['respond 500', 'done'])
})

test('a target that was silent and one that answered 503: the caller gets 408 (§16.8, §16.7 step 6)', () => {
  const call = new Lab().relay(ab).fail(0, 'no-response').next(0).receive(1, 503).next(1)
  expect(call.effects.slice(-2)).toEqual(['respond 408', 'done'])
})

test('a transport error counts as 503: the caller gets 500 (§16.9, §16.7 step 6)', () => {
  const call = new Lab().relay(targets('a')).fail(0, 'transport-error').next(0)
  expect(call.context.branches[0]).toMatchObject({ cause: 'transport-error' })
  expect(call.context.branches[0]?.response).toMatchObject({ status: 503 })
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 500', 'done'])
})

test('answers made here have no To tag yet, those of targets keep theirs (§8.2.6.2)', () => {
  const call = new Lab().relay(targets('a')).fail(0, 'no-response').next(0)
  expect(call.responses[0]?.toTag).toBeUndefined()
  const other = new Lab().relay(targets('a')).receive(0, 486).next(0)
  expect(other.responses[0]?.toTag).toBe(bobTag)
})

test('an empty source leaves the answer to the caller of relay', () => {
  const call = new Lab().relay([])
  expect(call.effects).toEqual([])
  expect(call.context.branches).toHaveLength(0)
  expect(call.context.nextDeadline).toBe(Infinity)
})

test('maxAttempts bounds the targets tried, although more remain', () => {
  const call = new Lab().relay(targets('a', 'b', 'c', 'd'), { maxAttempts: 2 })
  call.receive(0, 503).next(0).receive(1, 503).next(1)
  expect(call.effects).toEqual(['try 0', 'failed 0', 'try 1', 'failed 1', 'respond 500', 'done'])
})

test('a handler may go on with another source, and its failures with that source', () => {
  const call = new Lab().relay(ab, { maxAttempts: 1 }).receive(0, 486)
  const source = sourceOf(targets('voicemail', 'announcement'))
  call.decide(0, { kind: 'relay', source, options: {} }).receive(1, 503).next(1)
  expect(call.context.branches.map(({ target }) => target.uri)).toEqual([
    'sip:a.example.com',
    'sip:voicemail.example.com',
    'sip:announcement.example.com',
  ])
})

test('an exhausted source of the handler lets the best response go', () => {
  const call = new Lab().relay(ab).receive(0, 486)
  call.decide(0, { kind: 'relay', source: sourceOf([]), options: {} })
  expect(call.effects.slice(-2)).toEqual(['respond 486 of 0', 'done'])
})

test('a handler may fork after a failure', () => {
  const call = new Lab().relay(targets('a')).receive(0, 486)
  call.decide(0, { kind: 'fork', targets: targets('b', 'c'), options: {} })
  expect(call.effects).toEqual(['try 0', 'failed 0', 'try 1', 'try 2'])
})

test('a handler may answer with a response of its own', () => {
  const call = new Lab().relay(ab).receive(0, 404)
  call.decide(0, { kind: 'reply', response: answer(invite(), 480) })
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 480', 'done'])
})

test('nothing final goes out while a handler is deciding, and it decides once', () => {
  const call = new Lab().fork(ab).receive(0, 486).receive(1, 404).forward(1)
  expect(call.effects).toEqual(['try 0', 'try 1', 'failed 0', 'failed 1'])
  expect(call.forward(0).effects).toEqual(['respond 486 of 0', 'done'])
  expect(call.next(0).effects).toEqual([])
})

test('best shows what would go to the caller, and edits to it do', () => {
  const call = new Lab().relay(ab)
  expect(call.context.best).toBeUndefined()
  call.receive(0, 503)
  expect(call.context.best).toMatchObject({ status: 500 })
  call.context.best?.headers.set('Warning', '399 lb "all busy"')
  call.forward(0)
  expect(call.responses[0]?.headers.get('Warning')).toBe('399 lb "all busy"')
})

test('best changes with each failure', () => {
  const call = new Lab().relay(ab).receive(0, 503)
  expect(call.context.best).toMatchObject({ status: 500 })
  call.next(0).receive(1, 486)
  expect(call.context.best).toMatchObject({ status: 486 })
})

test('challenges of all branches reach the caller together (§16.7 step 7)', () => {
  const call = new Lab().fork(ab)
  call.receive(0, 407, { 'Proxy-Authenticate': 'Digest realm="a"' }).forward(0)
  call.receive(1, 407, { 'Proxy-Authenticate': 'Digest realm="b"' }).forward(1)
  expect(call.effects.slice(-2)).toEqual(['respond 407 of 0', 'done'])
  expect(call.responses[0]?.headers.getAll('Proxy-Authenticate')).toHaveLength(2)
})

// Silence and late answers

test('a silent target is given up after timeoutMs, without CANCEL (§9.1), and the next is tried', () => {
  const call = new Lab().relay(ab, { timeoutMs: 2_000 }).advance(1_999)
  expect(call.effects).toEqual(['try 0'])
  expect(call.advance(1).effects).toEqual(['abandon 0', 'failed 0'])
  expect(call.context.branches[0]).toMatchObject({ state: 'ended', cause: 'no-response' })
  expect(call.next(0).effects).toEqual(['try 1'])
})

test('a 100 is enough to be waited for', () => {
  const call = new Lab().relay(ab, { timeoutMs: 2_000 }).receive(0, 100).advance(100_000)
  expect(call.effects).toEqual(['try 0'])
})

test('the time of each target starts with its own attempt', () => {
  const call = new Lab().relay(abc, { timeoutMs: 2_000 }).advance(2_000).next(0).advance(1_999)
  expect(call.effects).toEqual(['try 0', 'abandon 0', 'failed 0', 'try 1'])
  expect(call.advance(1).effects).toEqual(['abandon 1', 'failed 1'])
})

test('a branch that goes to the next server of its target starts anew (RFC 3263 §4.3)', () => {
  const call = new Lab().relay(ab, { timeoutMs: 2_000 }).receive(0, 100).advance(1_500)
  expect(call.restart(0)).toBe(true)
  expect(call.context.branches[0]).toMatchObject({ state: 'trying' })
  expect(call.advance(1_999).effects).toEqual(['try 0'])
  expect(call.advance(1).effects).toEqual(['abandon 0', 'failed 0'])
  expect(call.restart(0)).toBe(false)
})

test('a late 180 of a target that was given up is not forwarded, and the target is cancelled once (§9.1)', () => {
  const call = abandoned()
  expect(call.receive(1, 180).effects).toEqual(['respond 180 of 1'])
  expect(call.receive(0, 180).receive(0, 180).effects).toEqual(['cancel 0'])
  expect(call.receive(1, 200).receive(0, 487).effects).toEqual(['respond 200 of 1', 'done'])
})

test('a late 200 of a target that was given up is forwarded, and the others are cancelled (§16.7 step 5)', () => {
  const call = abandoned().receive(1, 180)
  expect(call.effects).toEqual(['respond 180 of 1'])
  expect(call.receive(0, 200).effects).toEqual(['respond 200 of 0', 'cancel 1'])
  expect(call.receive(1, 487).effects).toEqual(['done'])
})

test('a late 200 is forwarded even when the call is over (RFC 6026 §7.2)', () => {
  const call = abandoned().receive(1, 486).forward(1)
  expect(call.effects).toEqual(['failed 1', 'respond 486 of 1', 'done'])
  expect(call.receive(0, 200).effects).toEqual(['respond 200 of 0'])
})

test('a late 180 is cancelled even when the call is over (§9.1)', () => {
  const call = abandoned().receive(1, 200)
  expect(call.effects).toEqual(['respond 200 of 1', 'done'])
  expect(call.receive(0, 180).receive(0, 487).effects).toEqual(['cancel 0'])
})

test('a late refusal takes the place of the 408 that stood for it, and asks nobody again', () => {
  const call = abandoned().receive(0, 486)
  expect(call.effects).toEqual([])
  expect(call.context.branches[0]).toMatchObject({ cause: 'response' })
  expect(call.receive(1, 503).forward(1).effects.slice(-2)).toEqual(['respond 486 of 0', 'done'])
})

test('a late 603 ends the search as any 6xx does (§16.7 step 5)', () => {
  const call = abandoned().receive(1, 180).receive(0, 603)
  expect(call.effects).toEqual(['respond 180 of 1', 'cancel 1'])
  expect(call.receive(1, 487).effects).toEqual(['respond 603 of 0', 'done'])
})

test('a final response that repeats itself changes nothing', () => {
  const call = new Lab().relay(ab).receive(0, 486).receive(0, 486).receive(0, 180)
  expect(call.effects).toEqual(['try 0', 'failed 0'])
})

test('a target that was given up has one final answer, like any other', () => {
  const call = abandoned().receive(0, 486).receive(0, 603).receive(1, 503).forward(1)
  expect(call.effects).toEqual(['failed 1', 'respond 486 of 0', 'done'])
})

test('a failure of a branch that has ended changes nothing', () => {
  const call = abandoned().fail(0, 'transport-error')
  expect(call.effects).toEqual([])
})

// Timer C

test('Timer C: a target that rings for too long is cancelled, and its 487 goes to the caller (§16.8)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).receive(0, 180).advance(4_999)
  expect(call.effects).toEqual(['try 0', 'respond 180 of 0'])
  expect(call.advance(1).effects).toEqual(['cancel 0'])
  expect(call.receive(0, 487).forward(0).effects).toEqual(['failed 0', 'respond 487 of 0', 'done'])
})

test('Timer C starts anew with each provisional response but 100 (§16.7 step 2)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).advance(3_000).receive(0, 100)
  expect(call.advance(1_999).effects).toEqual(['try 0'])
  call.receive(0, 183).advance(4_999).receive(0, 180)
  expect(call.advance(4_999).effects).toEqual(['respond 183 of 0', 'respond 180 of 0'])
  expect(call.advance(1).effects).toEqual(['cancel 0'])
})

test('Timer C runs although only a 100 came, from when the request left (§16.6 step 11)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).advance(3_000).receive(0, 100)
  expect(call.advance(1_999).effects).toEqual(['try 0'])
  expect(call.advance(1).effects).toEqual(['cancel 0'])
})

test('Timer C of a target that said nothing at all: as 408, without CANCEL (§16.8)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).advance(5_000)
  expect(call.effects).toEqual(['try 0', 'abandon 0', 'failed 0'])
})

test('Timer C is 180 seconds unless the relay says otherwise (§16.6 step 11)', () => {
  const call = new Lab().relay(ab).receive(0, 180).advance(179_999)
  expect(call.effects).toEqual(['try 0', 'respond 180 of 0'])
  expect(call.advance(1).effects).toEqual(['cancel 0'])
})

test('a target that rang and ignores our CANCEL counts as 408 after 64·T1, and as heard (§9.1)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).receive(0, 180).advance(5_000)
  call.receive(0, 180).advance(31_999)
  expect(call.effects).toEqual(['try 0', 'respond 180 of 0', 'cancel 0'])
  expect(call.advance(1).effects).toEqual(['abandon 0', 'failed 0'])
  expect(call.context.branches[0]).toMatchObject({ cause: 'response' })
  expect(call.forward(0).effects).toEqual(['respond 408', 'done'])
})

test('a 200 that crosses the CANCEL of Timer C wins (§9.1)', () => {
  const call = new Lab().relay(ab, { ringMs: 5_000 }).receive(0, 180).advance(5_000)
  expect(call.receive(0, 200).effects.slice(-2)).toEqual(['respond 200 of 0', 'done'])
})

// Deadline

test('the deadline of all attempts ends with 408 although targets remain', () => {
  const call = new Lab().relay(abc, { timeoutMs: 4_000, deadlineMs: 10_000 })
  call.advance(4_000).next(0).advance(4_000).next(1)
  expect(call.effects.at(-1)).toBe('try 2')
  expect(call.advance(2_000).effects).toEqual(['respond 408', 'abandon 2', 'done'])
  expect(call.context.nextDeadline).toBe(Infinity)
})

test('at the deadline a target that has been heard is cancelled, and the call is over when it ends', () => {
  const call = new Lab().relay(ab, { deadlineMs: 10_000 }).receive(0, 180).advance(10_000)
  expect(call.effects.slice(-2)).toEqual(['respond 408', 'cancel 0'])
  expect(call.receive(0, 487).effects).toEqual(['done'])
})

test('the deadline does not wait for a handler, whose decision then comes too late', () => {
  const call = new Lab().relay(ab, { deadlineMs: 10_000 }).receive(0, 503).advance(10_000)
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 408', 'done'])
  expect(call.next(0).effects).toEqual([])
})

test('the deadline stays in force when a handler goes on with another source', () => {
  const call = new Lab().relay(ab, { deadlineMs: 10_000 }).advance(6_000).receive(0, 486)
  call.decide(0, { kind: 'relay', source: sourceOf(ab), options: {} }).advance(4_000)
  expect(call.effects.slice(-3)).toEqual(['respond 408', 'abandon 1', 'done'])
})

test('after the deadline a late 200 is still forwarded (§16.7 step 5)', () => {
  const call = new Lab().relay(ab, { deadlineMs: 10_000 }).advance(10_000)
  expect(call.effects.at(-1)).toBe('done')
  expect(call.receive(0, 200).effects).toEqual(['respond 200 of 0'])
})

// Parallel

test('all targets of a fork are tried at once, the first 2xx wins, the others are cancelled (§16.7 step 10)', () => {
  const call = new Lab().fork(abc).receive(0, 180).receive(1, 200)
  expect(call.effects).toEqual([
    'try 0',
    'try 1',
    'try 2',
    'respond 180 of 0',
    'respond 200 of 1',
    'cancel 0',
  ])
  // No provisional response of 2 yet: its CANCEL waits for one (§9.1).
  expect(call.receive(2, 180).effects).toEqual(['cancel 2'])
  expect(call.receive(0, 487).receive(2, 487).effects).toEqual(['done'])
})

test('every 2xx of a fork is forwarded (§16.7 step 5, RFC 6026 §7.2)', () => {
  const call = new Lab().fork(abc).receive(0, 200).receive(1, 200).receive(0, 200)
  expect(call.effects.filter((line) => line.startsWith('respond'))).toEqual([
    'respond 200 of 0',
    'respond 200 of 1',
    'respond 200 of 0',
  ])
})

test('no provisional response goes out after the final one (§16.7 step 5)', () => {
  const call = new Lab().fork(ab).receive(0, 200)
  expect(call.effects.at(-1)).toBe('respond 200 of 0')
  expect(call.receive(1, 183).receive(1, 180).effects).toEqual(['cancel 1'])
})

test('a fork whose branches all fail: the best goes out when the last has ended (§16.7 step 6)', () => {
  const call = new Lab().fork(abc).receive(0, 486).forward(0).receive(1, 503).forward(1)
  expect(call.effects).toEqual(['try 0', 'try 1', 'try 2', 'failed 0', 'failed 1'])
  expect(call.fail(2, 'no-response').forward(2).effects).toEqual([
    'failed 2',
    'respond 486 of 0',
    'done',
  ])
})

test('a fork tries maxAttempts targets at most, and has no next one', () => {
  const call = new Lab().fork(abc, { maxAttempts: 2 }).receive(0, 503).next(0)
  expect(call.effects).toEqual(['try 0', 'try 1', 'failed 0'])
})

test('a fork without targets leaves the answer to its caller', () => {
  expect(new Lab().fork([]).effects).toEqual([])
})

test('a branch that ignores the CANCEL of a lost fork is given up after 64·T1 (§9.1)', () => {
  const call = new Lab().fork(ab).receive(1, 180).receive(0, 200).advance(31_999)
  expect(call.effects.slice(-2)).toEqual(['respond 200 of 0', 'cancel 1'])
  expect(call.advance(1).effects).toEqual(['abandon 1', 'done'])
})

// Max-Breadth

test('branches of a fork share Max-Breadth, a single one gets it whole (RFC 5393 §5.3.3)', () => {
  const call = new Lab(invite({ headers: { 'Max-Breadth': '5' } })).fork(abc)
  expect(call.context.branches.map(({ breadth }) => breadth)).toEqual([2, 2, 1])
  const serial = new Lab().relay(ab).receive(0, 503).next(0)
  expect(serial.context.branches.map(({ breadth }) => breadth)).toEqual([60, 60])
})

test('a fork beyond Max-Breadth is answered 440 (RFC 5393 §5.3.3)', () => {
  const call = new Lab(invite({ headers: { 'Max-Breadth': '2' } })).fork(abc)
  expect(call.effects).toEqual(['respond 440', 'done'])
})

test('what an ended branch carried is there for the next, what an open one carries is not (RFC 5393 §5.3.3)', () => {
  const call = new Lab(invite({ headers: { 'Max-Breadth': '3' } })).fork(abc).receive(0, 503)
  call.decide(0, { kind: 'relay', source: sourceOf(ab), options: {} })
  expect(call.context.branches[3]).toMatchObject({ breadth: 1 })
  call.receive(3, 503).decide(3, { kind: 'fork', targets: ab, options: {} })
  expect(call.context.branches).toHaveLength(4)
})

// 6xx

test('a 603 is forwarded at once in a serial search, whatever the handler wants (§16.7 step 5)', () => {
  const call = new Lab().relay(ab).receive(0, 603).next(0)
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 603 of 0', 'done'])
})

test('after a 6xx neither another source nor a fork is tried (§16.7 step 5)', () => {
  const call = new Lab().relay(ab).receive(0, 600)
  call.decide(0, { kind: 'fork', targets: ab, options: {} })
  expect(call.effects).toEqual(['try 0', 'failed 0', 'respond 600 of 0', 'done'])
})

test('a 6xx cancels the others and goes out when they have ended (§16.7 step 5)', () => {
  const call = new Lab().fork(abc).receive(0, 180).receive(1, 603).forward(1)
  expect(call.effects.slice(-2)).toEqual(['cancel 0', 'failed 1'])
  expect(call.receive(0, 487).effects).toEqual([])
  expect(call.receive(2, 100).effects).toEqual(['cancel 2'])
  expect(call.receive(2, 487).effects).toEqual(['respond 603 of 1', 'done'])
})

test('a 2xx that crosses a 6xx still goes to the caller (§16.7 step 5)', () => {
  const call = new Lab().fork(ab).receive(0, 603).forward(0)
  expect(call.receive(1, 200).effects.slice(-2)).toEqual(['respond 200 of 1', 'done'])
})

test('a handler may answer a 6xx with a response of its own', () => {
  const call = new Lab().relay(ab).receive(0, 603)
  call.decide(0, { kind: 'reply', response: answer(invite(), 486) })
  expect(call.effects.slice(-2)).toEqual(['respond 486', 'done'])
})

// Non-INVITE

test('a non-INVITE that is answered: nothing but the final response goes out (RFC 4320 §4.1)', () => {
  const call = new Lab(message()).relay(ab).receive(0, 100).receive(0, 183).receive(0, 200)
  expect(call.effects).toEqual(['try 0', 'respond 200 of 0', 'done'])
})

test('a non-INVITE fails over as an INVITE does', () => {
  const call = new Lab(message()).relay(ab, { timeoutMs: 2_000 }).advance(2_000).next(0)
  expect(call.effects).toEqual(['try 0', 'abandon 0', 'failed 0', 'try 1'])
})

test('a non-INVITE that nobody answered gets no answer (RFC 4320 §4.2)', () => {
  const call = new Lab(message()).relay(ab).fail(0, 'no-response').next(0)
  expect(call.fail(1, 'no-response').next(1).effects.slice(-2)).toEqual(['silence', 'done'])
  expect(call.context.answered).toBe(true)
})

test('a 408 that a target sent to a non-INVITE is not forwarded (RFC 4320 §4.2)', () => {
  const call = new Lab(message()).relay(ab).receive(0, 408).forward(0)
  expect(call.effects).toEqual(['try 0', 'failed 0', 'silence', 'done'])
})

test('a non-INVITE with a silent target and one that answered gets that answer (RFC 4320 §4.2)', () => {
  const call = new Lab(message()).relay(ab).fail(0, 'no-response').next(0).receive(1, 503).next(1)
  expect(call.effects.slice(-2)).toEqual(['respond 500', 'done'])
})

test('a handler cannot answer a non-INVITE with 408 (RFC 4320 §4.2)', () => {
  const call = new Lab(message()).relay(ab).receive(0, 404)
  call.decide(0, { kind: 'reply', response: answer(message(), 408) })
  expect(call.effects.slice(-2)).toEqual(['silence', 'done'])
})

test('a non-INVITE has no Timer C and is never cancelled (§16.6 step 11, §9.1)', () => {
  const call = new Lab(message()).fork(ab, { ringMs: 1_000 }).receive(0, 100).advance(600_000)
  expect(call.cancel().effects).toEqual(['try 0', 'try 1'])
  expect(call.receive(1, 200).effects).toEqual(['respond 200 of 1'])
  expect(call.receive(0, 200).effects).toEqual(['done'])
})

test('at its deadline a non-INVITE falls silent and all its branches are given up (RFC 4320 §4.2)', () => {
  const call = new Lab(message()).fork(ab, { deadlineMs: 5_000 }).receive(0, 100).advance(5_000)
  expect(call.effects.slice(2)).toEqual(['silence', 'abandon 0', 'abandon 1', 'done'])
})

test('a second final answer to a non-INVITE goes nowhere (§16.7 step 5)', () => {
  const call = new Lab(message()).relay(ab, { timeoutMs: 2_000 }).advance(2_000).next(0)
  call.receive(1, 200)
  expect(call.effects.slice(-2)).toEqual(['respond 200 of 1', 'done'])
  expect(call.receive(0, 200).effects).toEqual([])
})

/** A was silent and has been given up, B is being tried. */
function abandoned(): Lab {
  const call = new Lab().relay(ab, { timeoutMs: 2_000 }).advance(2_000).next(0)
  expect(call.effects).toEqual(['try 0', 'abandon 0', 'failed 0', 'try 1'])
  return call
}
