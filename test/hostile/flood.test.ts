/** Five seconds of each flood; longer: npm run hostile -- --flood. security.md §3 rows 4, 5, §5 G10 */
import { afterEach, expect, test } from '@jest/globals'
import { stopAll } from '../system/processes.js'
import { flood } from './flood.js'

afterEach(stopAll)

const bounded = { perSecond: 20_000, seconds: 5, callsPerSecond: 20 }

test('4: 20,000 packets/s of one source: it is banned, and every call of who is trusted is answered', async () => {
  const result = await flood({ ...bounded, sources: 'one' })
  expect(result.answered).toBe(result.calls)
  expect(result.calls).toBeGreaterThan(10)
  expect(result.banned).toBeGreaterThan(1_000)
  expect(result.memory).toBeLessThan(512)
}, 60_000)

test('5: each packet from another source: what is not trusted has its limit, and every call of who is trusted is answered', async () => {
  const result = await flood({ ...bounded, sources: 'many' })
  expect(result.answered).toBe(result.calls)
  expect(result.calls).toBeGreaterThan(10)
  expect(result.limited).toBeGreaterThan(1_000)
  expect(result.memory).toBeLessThan(512)
}, 60_000)
