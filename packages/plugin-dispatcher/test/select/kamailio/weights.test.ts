import { expect, test } from '@jest/globals'
import { kamailio11, kamailio9 } from '#src/select/kamailio/weights.js'
import { relativeWeight, weight } from '#src/select/weight.js'
import { atWork, down, shares, weighted } from '../rig.js'

test('4b.4: 50/25/25 holds in every window of a hundred, and the order repeats after a hundred', () => {
  const { choices } = atWork(kamailio9, weighted({ a: 50, b: 25, c: 25 }))
  const chosen = choices(300)
  for (let from = 0; from <= 200; from++) {
    expect(shares(chosen.slice(from, from + 100))).toEqual({ a: 50, b: 25, c: 25 })
  }
  expect(chosen.slice(100, 200)).toEqual(chosen.slice(0, 100))
})

test('4b.4: the share of a dead one goes to its neighbour, or to all by `redistribute`', () => {
  const compatible = weighted({ a: 50, b: 25, c: 25 })
  down(compatible[2])
  const usable = (walk: () => { next(): { id: string; usable: boolean } | undefined }) => () => {
    const each = walk()
    let next = each.next()
    while (next?.usable === false) next = each.next()
    return next?.id
  }
  const first = usable(atWork(kamailio9, compatible).walk)
  // Index 0 is the last line: behind c comes b.
  expect(shares(Array.from({ length: 300 }, first))).toEqual({ a: 150, b: 150 })
  const { choices } = atWork(kamailio9, compatible, { redistribute: true })
  const spread = shares(choices(300))
  expect(Math.abs(spread['a']! - 200)).toBeLessThanOrEqual(1)
  expect(Math.abs(spread['b']! - 100)).toBeLessThanOrEqual(1)
})

test('without a weight on the first of its order the slots are empty: always the first', () => {
  expect(shares(atWork(kamailio9, weighted({ a: 50, b: 0 })).choices(100))).toEqual({ b: 100 })
})

test('what is missing to a hundred goes to the last of its order', () => {
  expect(shares(atWork(kamailio9, weighted({ a: 10, b: 20 })).choices(100))).toEqual({
    a: 80,
    b: 20,
  })
})

const names = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, 1]))

test('11: of 51 equal destinations one gets half of the calls, as it does there', () => {
  const counts = Object.values(shares(atWork(kamailio11, weighted(names(51))).choices(100)))
  expect(Math.max(...counts)).toBe(50)
})

test('4b.6: relative-weight gives each of 51 equal destinations ten of 510 calls', () => {
  const counts = Object.values(shares(atWork(relativeWeight, weighted(names(51))).choices(510)))
  expect(counts).toEqual(new Array(51).fill(10))
})

test('4b.5: 1/2/1 with the last one down is 1/2', () => {
  const loaded = weighted({ a: 1, b: 2, c: 1 })
  down(loaded[2])
  const counts = shares(atWork(weight, loaded).choices(300))
  expect(Math.abs(counts['a']! - 100)).toBeLessThanOrEqual(1)
  expect(Math.abs(counts['b']! - 200)).toBeLessThanOrEqual(1)
  expect(counts['c']).toBeUndefined()
})

test('4b.7: 250 destinations of weight 1 and one of 250: half of 1,000 calls go to that', () => {
  const loaded = weighted({ ...names(250), big: 250 })
  const counts = shares(atWork(weight, loaded).choices(1_000))
  expect(counts['big']).toBe(500)
  expect(new Set(Object.entries(counts).flatMap(([id, n]) => (id === 'big' ? [] : [n])))).toEqual(
    new Set([2]),
  )
})
