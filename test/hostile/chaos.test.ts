/** Three cells of the matrix of security.md §5 G4 over real sockets; all of it: npm run hostile -- --chaos. */
import { afterEach, expect, test } from '@jest/globals'
import { stopAll } from '../system/processes.js'
import { chaos } from './chaos.js'

afterEach(stopAll)

const load = { calls: 250, callsPerSecond: 100, t1: 100 }
const slow = { delayMs: 50, jitterMs: 20 }

test('through loss, duplication, reordering and delay every call succeeds, once, and no transaction stays', async () => {
  // At the same time: each waits for 64·T1 in the end.
  const cells = await Promise.all([
    chaos({ ...load, seed: 1, loss: 0.01, duplication: 0.05, reordering: 0.05 }),
    chaos({ ...load, seed: 11, loss: 0.05, duplication: 0.05, reordering: 0.05, ...slow }),
    chaos({ ...load, seed: 21, loss: 0.1 }),
  ])
  for (const cell of cells) {
    expect(cell.failures).toEqual({})
    expect(cell).toMatchObject({ succeeded: load.calls, duplicates: 0, unacknowledged: 0 })
    expect(cell).toMatchObject({ stuck: 0, faults: 0 })
    expect(cell.lost).toBeGreaterThan(0)
  }
  expect(cells[2].lost / cells[2].packets).toBeGreaterThan(0.07)
}, 60_000)
