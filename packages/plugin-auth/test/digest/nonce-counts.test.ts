import { expect, test } from '@jest/globals'
import { testWorkers } from '@sipwright/framework/testing'
import { NonceCounts } from '#src/digest/nonce-counts.js'
import { SharedCounts } from '#src/digest/shared-counts.js'

test('each count is good once; counts may be left out and come late (RFC 7616 §3.4.5)', () => {
  const counts = new NonceCounts(10, 1_000)
  const use = (...each: readonly number[]) => each.map((count) => counts.use('n', count, 0, 0))
  expect(use(1, 1)).toEqual(['fresh', 'used'])
  expect(use(5, 3, 3, 2, 4, 4)).toEqual(['fresh', 'fresh', 'used', 'fresh', 'fresh', 'used'])
  expect(use(36, 5, 6, 4)).toEqual(['fresh', 'used', 'fresh', 'used'])
  expect(use(0)).toEqual(['used'])
  expect(use(0xffff_ffff, 0xffff_ffff, 0xffff_fffe, 37)).toEqual(['fresh', 'used', 'fresh', 'used'])
})

test('agrees with a plain list of what was used, within its window', () => {
  let seed = 3
  const draw = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const counts = new NonceCounts(10, 1_000)
  const used = new Set<number>()
  let highest = 0
  for (let round = 0; round < 20_000; round++) {
    const count = Math.max(1, highest - 40 + draw(48))
    const isFresh = !used.has(count) && count > highest - 32
    expect([count, counts.use('n', count, 0, 0)]).toEqual([count, isFresh ? 'fresh' : 'used'])
    if (isFresh) used.add(count)
    highest = Math.max(highest, isFresh ? count : 0)
  }
})

test('it is bounded; what was let go too early is good for nothing any more, as nobody knows', () => {
  const counts = new NonceCounts(100, 1_000)
  for (let at = 0; at < 1_000; at++) expect(counts.use(`n${at}`, 1, at, at)).toBe('fresh')
  expect(counts.size).toBe(100)
  expect(counts.use('n899', 1, 899, 1_000)).toBe('forgotten')
  expect(counts.use('n900', 1, 900, 1_000)).toBe('used')
  expect(counts.use('new', 1, 1_000, 1_000)).toBe('fresh')
})

test('what has expired makes room first, and is not remembered', () => {
  const counts = new NonceCounts(2, 1_000)
  counts.use('a', 1, 0, 0)
  counts.use('b', 1, 0, 0)
  counts.use('c', 1, 2_000, 2_000)
  expect(counts.size).toBe(1)
  expect(counts.use('d', 1, 1_500, 2_000)).toBe('fresh')
})

test('what one worker has seen used is used for all', () => {
  const [a, b] = testWorkers(2).map(
    ({ workers }) => new SharedCounts(new NonceCounts(10, 1_000), workers, () => 0),
  )
  expect([a!.use('n', 1, 0), b!.use('n', 1, 0), b!.use('n', 2, 0), a!.use('n', 2, 0)]).toEqual([
    'fresh',
    'used',
    'fresh',
    'used',
  ])
})
