import { expect, test } from '@jest/globals'
import { SeededChance, VirtualClock } from '@sipwright/framework/testing'
import { callKey } from '#src/load/call-key.js'
import { type Lease, type LeaseObserver } from '#src/load/lease.js'
import { Leases } from '#src/load/leases.js'
import { type Load } from '#src/load/load.js'

const hour = 3_600_000

function rig(limit = 100, observer?: LeaseObserver) {
  const clock = new VirtualClock()
  const said = { full: 0 }
  const leases = new Leases({
    ...{ clock, limit, maxDurationMs: hour, secret: 's', observer },
    full: () => {
      said.full++
    },
  })
  return { clock, leases, said, a: leases.loads.of('1', 'a'), b: leases.loads.of('1', 'b') }
}

const key = callKey('call', 'caller')
const fromCaller = { callId: 'call', fromTag: 'caller', toTag: 'callee' }
const fromCallee = { callId: 'call', fromTag: 'callee', toTag: 'caller' }

test('an INVITE counts and waits; its failure gives both back', () => {
  const { leases, a } = rig()
  const lease = leases.sent(key, a)
  expect([a.calls, a.pending, leases.pending, leases.size]).toEqual([1, 1, 1, 1])
  leases.dropped(lease)
  expect([a.calls, a.pending, leases.pending, leases.size]).toEqual([0, 0, 0, 0])
})

test('an answered call lasts until either side ends it, once', () => {
  const { leases, a } = rig()
  leases.accepted(leases.sent(key, a), 'callee', undefined)
  expect([a.calls, a.pending]).toEqual([1, 0])
  expect(leases.ended({ ...fromCallee, callId: 'other' }, [a.mark])).toBe(false)
  expect(leases.ended(fromCallee, [a.mark])).toBe(true)
  expect(leases.ended(fromCaller, [a.mark])).toBe(false)
  expect([a.calls, leases.size]).toEqual([0, 0])
})

test('two INVITEs of a call to one destination count one call, as long as one of them may succeed', () => {
  const { leases, a } = rig()
  const [first, second] = [leases.sent(key, a), leases.sent(key, a)]
  expect([a.calls, a.pending]).toEqual([1, 2])
  leases.dropped(first)
  expect([a.calls, a.pending]).toEqual([1, 1])
  leases.accepted(second, 'callee', undefined)
  expect([a.calls, a.pending]).toEqual([1, 0])
})

test('a parallel fork counts on every destination, and then on the winner', () => {
  const { leases, a, b } = rig()
  const [first, second] = [leases.sent(key, a), leases.sent(key, b)]
  expect([a.calls, b.calls]).toEqual([1, 1])
  leases.accepted(second, 'callee', undefined)
  leases.dropped(first)
  expect([a.calls, b.calls]).toEqual([0, 1])
  leases.ended(fromCaller, [])
  expect([a.calls, b.calls, leases.size]).toEqual([0, 0, 0])
})

test('a call forked behind us ends when the last of its dialogs does, whatever is repeated', () => {
  const { leases, a } = rig()
  leases.accepted(leases.sent(key, a), 'callee', undefined)
  leases.acceptedLate(key, a, 'second', undefined)
  expect(a.calls).toBe(1)
  leases.ended({ ...fromCaller, toTag: 'second' }, [a.mark])
  leases.ended({ ...fromCaller, toTag: 'second' }, [a.mark])
  expect(a.calls).toBe(1)
  leases.ended(fromCaller, [a.mark])
  expect(a.calls).toBe(0)
})

test('a lease runs out when its session does, or after the longest duration', () => {
  const { clock, leases, a } = rig()
  leases.accepted(leases.sent(key, a), 'callee', 90_000)
  leases.accepted(leases.sent(callKey('two', 'x'), a), 'callee', undefined)
  leases.accepted(leases.sent(callKey('three', 'x'), a), 'callee', 24 * hour)
  clock.advance(89_999)
  expect(a.calls).toBe(3)
  clock.advance(1)
  expect([a.calls, leases.expired]).toEqual([2, 1])
  clock.advance(hour)
  expect([a.calls, leases.expired, leases.size]).toEqual([0, 3, 0])
})

test('a lease may last longer than a timer of Node', () => {
  const clock = new VirtualClock()
  const delays: number[] = []
  const leases = new Leases({
    clock: {
      now: () => clock.now(),
      after(delayMs, run) {
        delays.push(delayMs)
        return clock.after(delayMs, run)
      },
    },
    ...{ limit: 1, maxDurationMs: 1_000 * hour, secret: 's' },
  })
  leases.accepted(leases.sent(key, leases.loads.of('1', 'a')), 'callee', undefined)
  clock.advance(1_000 * hour - 1)
  expect(leases.size).toBe(1)
  clock.advance(1)
  expect(leases.size).toBe(0)
  expect(Math.max(...delays)).toBeLessThan(2 ** 31)
})

test('what is seen of a call makes it last longer, or shorter', () => {
  const { clock, leases, a } = rig()
  leases.accepted(leases.sent(key, a), 'callee', undefined)
  expect(leases.seen(fromCallee, [a.mark], 60_000)).toBe(false)
  clock.advance(50_000)
  leases.seen(fromCaller, [a.mark], 'unchanged')
  expect(a.calls).toBe(1)
  clock.advance(10_000)
  expect(a.calls).toBe(0)
})

test('an unknown call is adopted by the destination that its mark names, whoever sends first', () => {
  const { leases, a } = rig()
  expect(leases.seen(fromCallee, [a.mark], 'unchanged')).toBe(true)
  expect(leases.seen(fromCaller, [a.mark], undefined)).toBe(false)
  expect(a.calls).toBe(1)
  expect(leases.seen({ ...fromCaller, callId: 'two' }, ['unknown'], undefined)).toBe(false)
  expect(leases.ended(fromCaller, [a.mark])).toBe(true)
  expect(a.calls).toBe(0)
})

test('beyond the limit calls pass uncounted, and their ends harm nothing', () => {
  const { leases, said, a } = rig(2)
  const open = ['1', '2', '3', '4'].map((call) => leases.sent(callKey(call, 'x'), a))
  expect([leases.isFull, leases.size, leases.uncounted, said.full]).toEqual([true, 2, 2, 1])
  expect([a.calls, a.pending]).toEqual([2, 4])
  for (const lease of open) leases.accepted(lease, 'y', undefined)
  for (const call of ['1', '2', '3', '4'])
    leases.ended({ callId: call, fromTag: 'x', toTag: 'y' }, [])
  expect([leases.size, a.calls, a.pending]).toEqual([0, 0, 0])
})

test('another worker that has the call takes it over, unless its INVITE is in hand here', () => {
  const { leases, a } = rig()
  const lease = leases.sent(key, a)
  expect(leases.release([key], a.mark)).toBe(false)
  leases.accepted(lease, 'callee', undefined)
  expect(leases.release(['none', key], a.mark)).toBe(true)
  expect(a.calls).toBe(0)
})

test('what was recorded can be restored, once, for as long as it had left', () => {
  const { clock, leases, a } = rig()
  leases.accepted(leases.sent(key, a), 'callee', 90_000)
  leases.sent(callKey('ringing', 'x'), a)
  clock.advance(30_000)
  const records = [...leases.records()]
  expect(records).toMatchObject([{ key, set: '1', destination: 'a', leftMs: 60_000 }])
  const next = rig()
  for (const record of [...records, ...records]) next.leases.restore(record)
  expect(next.a.calls).toBe(1)
  expect(next.leases.ended(fromCaller, [next.a.mark])).toBe(true)
  expect(next.a.calls).toBe(0)
})

test('who observes hears of every call that is up, and of its end', () => {
  const heard: string[] = []
  const say = (what: string) => (lease: Lease) => void heard.push(`${what} ${lease.dialogs.length}`)
  const { clock, leases, a } = rig(100, { held: say('held'), released: say('released') })
  leases.dropped(leases.sent(key, a))
  leases.accepted(leases.sent(key, a), 'callee', undefined)
  leases.seen(fromCaller, [a.mark], 1_000)
  clock.advance(1_000)
  expect(heard).toEqual(['held 1', 'held 1', 'released 0'])
})

test('whatever happens in whatever order, counts are what lies in the table and end at zero', () => {
  const chance = new SeededChance(7)
  const pick = (below: number): number => Math.floor(chance.random() * below)
  const { clock, leases } = rig(40)
  const loads = [0, 1, 2].map((n) => leases.loads.of('1', String(n)))
  const open: Lease[] = []
  for (let step = 0; step < 20_000; step++) {
    const call = String(pick(30))
    const load = loads[pick(3)]!
    const within = { callId: call, fromTag: 'x', toTag: String(pick(2)) }
    const [lease] = open.length > 0 ? open.splice(pick(open.length), 1) : []
    const action = pick(6)
    if (lease !== undefined && action !== 0) open.push(lease)
    if (action === 0 && lease !== undefined) {
      if (pick(2) === 0) leases.dropped(lease)
      else leases.accepted(lease, String(pick(2)), 1_000 * pick(10))
    } else if (action === 1 || action === 0) open.push(leases.sent(callKey(call, 'x'), load))
    else if (action === 2) leases.ended(within, pick(2) === 0 ? [] : [load.mark])
    else if (action === 3) leases.seen(within, [load.mark], pick(2) === 0 ? 'unchanged' : 5_000)
    else if (action === 4) leases.acceptedLate(callKey(call, 'x'), load, '0', 500)
    else clock.advance(pick(300))
    const sum = (of: (load: Load) => number) => loads.reduce((all, each) => all + of(each), 0)
    expect(sum(({ calls }) => calls)).toBe(leases.size)
    expect(sum(({ pending }) => pending)).toBe(open.length)
    expect(Math.min(...loads.map(({ calls }) => calls))).toBeGreaterThanOrEqual(0)
  }
  for (const lease of open) leases.dropped(lease)
  clock.advance(2 * hour)
  expect([leases.size, ...loads.map(({ calls }) => calls)]).toEqual([0, 0, 0, 0])
})
