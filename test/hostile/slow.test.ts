/** Five hundred of them; five thousand: npm run hostile -- --slow. security.md §3 rows 8, 9, §5 G9 */
import { afterEach, expect, test } from '@jest/globals'
import { stopAll } from '../system/processes.js'
import { slow } from './slow.js'

afterEach(stopAll)

/** A machine that is busy with other tests closes so much later. */
const lateMs = 5_000

test('8, 9: silent and dripping connections and handshakes are closed in time, and every call beside them succeeds', async () => {
  const result = await slow({ connections: 500, handshakes: 200, callsPerSecond: 20 })
  expect(result.answered).toBe(result.calls)
  expect(result.calls).toBeGreaterThan(10)
  expect(result.tcpSuccessful).toBe(result.tcpCalls)
  expect(result.tcpCalls).toBe(100)
  expect(result.longest.silent).toBeLessThan(10_000 + lateMs)
  expect(result.longest.drip).toBeLessThan(5_000 + lateMs)
  expect(result.longest.handshake).toBeLessThan(5_000 + lateMs)
  // They were held for a while, not refused.
  expect(Math.min(...Object.values(result.longest))).toBeGreaterThan(4_000)
}, 60_000)
