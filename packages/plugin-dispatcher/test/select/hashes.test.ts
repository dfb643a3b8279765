import { expect, test } from '@jest/globals'
import { invite } from '@sipwright/framework/testing'
import { type Destination } from '#src/destination.js'
import { hashAuthUser, hashCallId, hashExpression, hashFrom } from '#src/select/hashes.js'
import { atWork, destinations, down, shares, walked, weighted } from './rig.js'

const uris = Array.from({ length: 6 }, (_, n) => `sip:10.0.0.${n}`)

/** The choice for each of many Call-IDs. */
function map(loaded: readonly Destination[], keys = 6_000): (string | undefined)[] {
  const { walk } = atWork(hashCallId, loaded)
  return Array.from({ length: keys }, (_, n) => walk(`call-${n}@example.com`).next()?.id)
}

test('4b.11: the same Call-ID goes to the same one, after a restart and with the lines in another order', () => {
  const { walk } = atWork(hashCallId, destinations(...uris))
  for (let n = 0; n < 500; n++) {
    const chosen = [1, 2, 3].map(() => walk(`call-${n}@example.com`).next()?.id)
    expect(new Set(chosen).size).toBe(1)
  }
  expect(map(destinations(...uris.toReversed()))).toEqual(map(destinations(...uris)))
})

/** Only the keys of the one that is gone have moved, evenly to all others. */
function expectOnlyIts(
  gone: string,
  before: readonly unknown[],
  after: readonly (string | undefined)[],
) {
  const moved = after.filter((id, n) => id !== before[n])
  expect(moved).toHaveLength(before.filter((id) => id === gone).length)
  expect(Math.abs(moved.length - 1_000)).toBeLessThanOrEqual(87)
  const gains = shares(moved)
  expect(Object.keys(gains).toSorted()).toEqual(uris.filter((uri) => uri !== gone))
  for (const gain of Object.values(gains)) expect(Math.abs(gain - 200)).toBeLessThanOrEqual(38)
}

test('4b.12: without one of six exactly its keys move, over all others; it comes back to the same map', () => {
  const before = map(destinations(...uris))
  const gone = uris[2]!
  expectOnlyIts(gone, before, map(destinations(...uris.filter((uri) => uri !== gone))))
  expect(map(destinations(...uris))).toEqual(before)
})

test('4b.13: down is the same map as removed', () => {
  const loaded = destinations(...uris)
  const before = map(loaded)
  down(loaded[2])
  const after = map(loaded)
  expectOnlyIts(uris[2]!, before, after)
  expect(after).toEqual(map(destinations(...uris.filter((_, n) => n !== 2))))
})

test('its id is hashed and not its URI: a destination that moves keeps its keys', () => {
  const at = (host: string) => destinations({ uri: `sip:${host}`, id: 'fs1' }, 'sip:b', 'sip:c')
  expect(map(at('10.9.9.9'), 1_000)).toEqual(map(at('10.0.0.1'), 1_000))
})

test('keys fall by weight, and a weight that grows takes keys from others and moves none between them', () => {
  const before = map(weighted({ a: 1, b: 2, c: 1 }))
  const { a = 0, b = 0, c = 0 } = shares(before)
  for (const [count, expected] of [
    [a, 1_500],
    [b, 3_000],
    [c, 1_500],
  ] as const)
    expect(Math.abs(count - expected)).toBeLessThanOrEqual(155)
  const after = map(weighted({ a: 1, b: 4, c: 1 }))
  expect(new Set(after.filter((id, n) => id !== before[n]))).toEqual(new Set(['b']))
})

test('fallbacks: each usable one once, always in the same order, weight 0 last', () => {
  const loaded = weighted({ zero: 0, a: 1, b: 5, c: 1, nil: 0 })
  const { walk } = atWork(hashCallId, loaded)
  const order = walked(walk('one'))
  expect(order.toSorted()).toEqual(['a', 'b', 'c', 'nil', 'zero'])
  expect(order.slice(-2)).toEqual(['zero', 'nil'])
  expect(walked(walk('one'))).toEqual(order)
  down(...loaded.filter(({ id }) => id === order[0]))
  expect(walked(walk('one'))).toEqual(order.slice(1))
})

test('nobody there: nobody', () => {
  expect(walked(atWork(hashCallId, []).walk())).toEqual([])
})

test('among three hundred, what is remembered of a slot is right again after each death and recovery', () => {
  const many = Array.from({ length: 300 }, (_, n) => `sip:10.1.${n >> 8}.${n & 255}`)
  const loaded = destinations(...many)
  const before = map(loaded, 600)
  expect(map(loaded, 600)).toEqual(before)
  const { walk } = atWork(hashCallId, loaded)
  const chosen = () =>
    Array.from({ length: 600 }, (_, n) => walk(`call-${n}@example.com`).next()?.id)
  expect(chosen()).toEqual(before)
  const dead = new Set(many.filter((_, n) => n % 3 === 1))
  down(...loaded.filter(({ id }) => dead.has(id)))
  const without = chosen()
  expect(without).toEqual(map(destinations(...many.filter((uri) => !dead.has(uri))), 600))
  for (const [n, id] of before.entries()) if (!dead.has(id!)) expect(without[n]).toBe(id)
  for (const each of loaded) each.health.force('active', 'answered', 2)
  expect(chosen()).toEqual(before)
})

test('twenty thousand calls fall evenly over two hundred', () => {
  const many = Array.from({ length: 200 }, (_, n) => `sip:10.1.0.${n}`)
  const counts = Object.values(shares(map(destinations(...many), 20_000)))
  expect(counts).toHaveLength(200)
  // 100 on average, four standard deviations either way; the 328 slots of each add to the spread of the calls.
  expect(Math.min(...counts)).toBeGreaterThan(54)
  expect(Math.max(...counts)).toBeLessThan(146)
})

test('4b.16: without credentials it goes in turn, with them by the user', () => {
  const { choices, walk } = atWork(hashAuthUser, destinations(...uris))
  expect(new Set(choices(6)).size).toBe(6)
  const known = invite({})
  known.headers.set('Authorization', 'Digest username="alice", realm="x"')
  expect(new Set([1, 2, 3].map(() => walk(undefined, known).next()?.id)).size).toBe(1)
})

test('4b.17: a hot key stays within 1.25 times the fair share, and comes home when there is room', () => {
  const loaded = destinations(...uris.slice(0, 4))
  const { walk } = atWork(hashCallId, loaded, { boundedLoad: 1.25 })
  const home = walk('hot').next()!
  for (let n = 0; n < 100; n++) {
    const destination = walk('hot').next()!
    destination.load.calls++
    const calls = loaded.map(({ load }) => load.calls)
    expect(Math.max(...calls)).toBeLessThanOrEqual(Math.ceil((1.25 * (n + 1)) / 4))
  }
  for (const each of loaded) each.load.calls = 0
  expect(walk('hot').next()).toBe(home)
})

test('a header is hashed, and the Call-ID where it is missing', () => {
  const { walk } = atWork(hashExpression, destinations(...uris), { key: 'header:X-Tenant' })
  const tenant = (name: string | undefined, callId: string): string | undefined => {
    const request = invite({ callId })
    if (name !== undefined) request.headers.set('X-Tenant', name)
    return walk(callId, request).next()?.id
  }
  expect(tenant('t1', 'a')).toBe(tenant('t1', 'b'))
  expect(tenant(undefined, 'a')).toBe(
    atWork(hashCallId, destinations(...uris))
      .walk('a')
      .next()?.id,
  )
  const spread = new Set(Array.from({ length: 40 }, (_, n) => tenant(`t${n}`, 'a')))
  expect(spread.size).toBe(6)
})

test('From with and without its default port is one key; by user alone the domain does not count', () => {
  const from = (uri: string, userOnly: boolean): string | undefined => {
    const request = invite({})
    request.headers.set('From', `<${uri}>;tag=1`)
    return atWork(hashFrom, destinations(...uris), { userOnly })
      .walk(undefined, request)
      .next()?.id
  }
  expect(from('sip:bob@a', false)).toBe(from('sip:bob@a:5060', false))
  for (const uri of ['sip:bob@b:5080', 'sip:bob@c']) {
    expect(from(uri, true)).toBe(from('sip:bob@a', true))
  }
})
