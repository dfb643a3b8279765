/** In small: a fifth of the timers, a thousand transactions. In full: npm run hostile -- --half-open. security.md §3 row 24, §5 G12 */
import { afterEach, expect, test } from '@jest/globals'
import { stopAll } from '../system/processes.js'
import { halfOpen } from './half-open.js'

afterEach(stopAll)

test('24: INVITEs that nobody acknowledges fill what there is: 503 for new calls, calls in progress go on, and it recovers', async () => {
  const t1 = 100
  const result = await halfOpen({ transactions: 1_000, perSecond: 1_000, seconds: 6, t1 })
  expect(result).toMatchObject({ retryAfter: '5', bye: 200, faults: 0 })
  expect(result.refused).toBeGreaterThan(0)
  expect(result.overloaded).toBeGreaterThan(0)
  expect(result.memory).toBeLessThan(512)
  // Never if a transaction stayed: its time, and twice as much for a busy machine.
  expect(result.recoveryMs).toBeLessThan(3 * 64 * t1)
}, 60_000)
