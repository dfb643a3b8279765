import { expect, test } from '@jest/globals'
import { searchRate } from '#src/load/step-search.js'

/** Searches a system that holds up to `limit`; returns what was tried and found. */
async function search(limit: number, steps: number, upTo = 20_000) {
  const tried: number[] = []
  const found = await searchRate(
    { from: 1_000, upTo, steps },
    (rate) => {
      tried.push(rate)
      return Promise.resolve(rate)
    },
    (rate) => rate <= limit,
  )
  return { tried, held: found.held?.rate, failed: found.failed?.rate }
}

test('the rate rises by half until it does not hold, then the search is between', async () => {
  expect(await search(2_000, 6)).toEqual({
    tried: [1_000, 1_500, 2_250, 1_880, 2_070, 1_980],
    held: 1_980,
    failed: 2_070,
  })
})

test('it is bounded in steps and in rate', async () => {
  expect((await search(1e9, 3)).tried).toEqual([1_000, 1_500, 2_250])
  expect(await search(1e9, 9, 2_000)).toEqual({
    tried: [1_000, 1_500, 2_000],
    held: 2_000,
    failed: undefined,
  })
})

test('a system that does not hold the first rate is tried below; one that holds nothing ends the search', async () => {
  expect((await search(300, 3)).held).toBe(250)
  expect(await search(0, 20)).toMatchObject({ held: undefined, failed: 10 })
})
