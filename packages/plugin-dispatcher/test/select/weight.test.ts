import { expect, test } from '@jest/globals'
import { weight } from '#src/select/weight.js'
import { atWork, destinations, down, full, shares, walked, weighted } from './rig.js'

test('4b.3: 50/25/25 is exact, 2/1/1 in every four, 50/25/25 in every hundred, and A never three times running', () => {
  const chosen = atWork(weight, weighted({ a: 50, b: 25, c: 25 })).choices(1_000)
  expect(shares(chosen)).toEqual({ a: 500, b: 250, c: 250 })
  for (let n = 0; n + 4 <= 1_000; n++)
    expect(shares(chosen.slice(n, n + 4))).toEqual({ a: 2, b: 1, c: 1 })
  for (let n = 0; n + 100 <= 1_000; n++)
    expect(shares(chosen.slice(n, n + 100))).toEqual({ a: 50, b: 25, c: 25 })
  expect(chosen.join('')).not.toContain('aaa')
})

test('4b.5: with C of 1/2/1 down, 300 requests are 100/200', () => {
  const loaded = weighted({ a: 1, b: 2, c: 1 })
  down(loaded[2])
  expect(shares(atWork(weight, loaded).choices(300))).toEqual({ a: 100, b: 200 })
})

test('4b.6: 51 of equal weight get 10 each of 510', () => {
  const names = Array.from({ length: 51 }, (_, n) => [`n${n}`, 7] as const)
  const counts = shares(atWork(weight, weighted(Object.fromEntries(names))).choices(510))
  expect(new Set(Object.values(counts))).toEqual(new Set([10]))
})

test('4b.7: beside 250 of weight 1, one of weight 250 gets 500 of 1000 and the others two each', () => {
  const small = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`n${n}`, 1]))
  const { big, ...others } = shares(atWork(weight, weighted({ ...small, big: 250 })).choices(1_000))
  expect(big).toBe(500)
  expect(Object.keys(others)).toHaveLength(250)
  expect(new Set(Object.values(others))).toEqual(new Set([2]))
})

test('whoever dies, when the weights are far apart: the others share by their weights at once', () => {
  for (let before = 0; before < 1_002; before += 7) {
    const loaded = weighted({ big: 1_000, b: 1, c: 1 })
    const { choices } = atWork(weight, loaded)
    choices(before)
    down(loaded[0])
    expect(shares(choices(10))).toEqual({ b: 5, c: 5 })
  }
})

test('the same weights loaded again go on where they were', () => {
  const all = { a: 50, b: 25, c: 25 }
  const whole = atWork(weight, weighted(all)).choices(100)
  const { selector, choices } = atWork(weight, weighted(all))
  const parts = choices(33)
  selector.load(weighted(all))
  expect([...parts, ...choices(67)]).toEqual(whole)
})

test('other weights hold from the first request on', () => {
  const { selector, choices } = atWork(weight, weighted({ a: 1_000, b: 1 }))
  choices(400)
  selector.load(weighted({ a: 1, b: 1 }))
  expect(shares(choices(10))).toEqual({ a: 5, b: 5 })
})

test('fallbacks: each once, the next in turn first, weight 0 last, and no credit is taken', () => {
  const loaded = weighted({ zero: 0, a: 50, b: 25, c: 25 })
  const { walk, choices } = atWork(weight, loaded)
  const order = walked(walk())
  expect(order[0]).toBe('a')
  expect(order.at(-1)).toBe('zero')
  expect(order.toSorted()).toEqual(['a', 'b', 'c', 'zero'])
  expect(shares(choices(99))).toEqual({ a: 49, b: 25, c: 25 })
})

test('those of weight 0 are there when nothing else is left', () => {
  const loaded = weighted({ a: 1, zero: 0, nil: 0 })
  down(loaded[0])
  const { walk } = atWork(weight, loaded)
  expect(walked(walk())).toEqual(['zero', 'nil'])
})

test('nobody usable, or nobody there: nobody', () => {
  const loaded = weighted({ a: 1, b: 1 })
  down(...loaded)
  expect(walked(atWork(weight, loaded).walk())).toEqual([])
  expect(walked(atWork(weight, []).walk())).toEqual([])
})

test('a thousand of seven weights get exactly theirs in every cycle', () => {
  const names = Array.from({ length: 1_000 }, (_, n) => [`n${n}`, 1 + (n % 7)] as const)
  const total = names.reduce((sum, [, each]) => sum + each, 0)
  const { choices } = atWork(weight, weighted(Object.fromEntries(names)))
  for (let round = 0; round < 2; round++) {
    const counts = shares(choices(total))
    for (const [name, each] of names) expect(counts[name]).toBe(each)
  }
})

test('who dies while others wait for their turn is skipped at once, and is back at once', () => {
  const loaded = weighted({ a: 1, b: 1, c: 1, d: 3 })
  const { choices } = atWork(weight, loaded)
  choices(2)
  down(loaded[1])
  const without = shares(choices(50))
  expect(without['b']).toBeUndefined()
  expect(Math.abs(without['d']! - 30)).toBeLessThanOrEqual(1)
  loaded[1]!.health.force('active', 'answered', 2)
  expect(Math.abs(shares(choices(60))['b']! - 10)).toBeLessThanOrEqual(1)
})

test('while some have all the calls that they may have, the others share by their weights', () => {
  const capped = (id: string, weight: number) => ({ uri: `sip:${id}`, id, weight, maxLoad: 9 })
  const loaded = destinations(capped('a', 50), capped('b', 20), capped('c', 10), capped('d', 20))
  const { choices } = atWork(weight, loaded)
  choices(3)
  full(loaded[0])
  full(loaded[3])
  const without = shares(choices(300))
  expect(without['a']).toBeUndefined()
  expect(without['d']).toBeUndefined()
  expect(Math.abs(without['b']! - 200)).toBeLessThanOrEqual(1)
  loaded[0]!.load.calls = 0
  loaded[3]!.load.calls = 0
  const again = shares(choices(100))
  expect(Math.abs(again['a']! - 50)).toBeLessThanOrEqual(1)
  expect(Math.abs(again['d']! - 20)).toBeLessThanOrEqual(1)
  for (const each of loaded) full(each)
  expect(new Set(choices(5)).size).toBe(1)
})

test('one that comes and goes all the time starves nobody', () => {
  const names = Array.from({ length: 300 }, (_, n) => [`n${n}`, 1 + (n % 3)] as const)
  const loaded = weighted(Object.fromEntries(names))
  const { choices } = atWork(weight, loaded)
  const counts: Record<string, number> = {}
  for (let turn = 0; turn < 600; turn++) {
    loaded[299]!.health.force(turn % 2 === 0 ? 'inactive' : 'active', 'flapping', turn)
    for (const [id, count] of Object.entries(shares(choices(10))))
      counts[id] = (counts[id] ?? 0) + count
  }
  // 6,000 calls, 600 to share them by weight: ten for each unit.
  for (const [name, each] of names.slice(0, 299)) {
    expect(Math.abs((counts[name] ?? 0) - 10 * each)).toBeLessThanOrEqual(2)
  }
})

test('a fallback that came back since the choice is tried', () => {
  const loaded = weighted({ a: 1, b: 1 })
  down(loaded[1])
  const walk = atWork(weight, loaded).walk()
  expect(walk.next()?.id).toBe('a')
  loaded[1]!.health.force('active', 'answered', 2)
  expect(walk.next()?.id).toBe('b')
})
