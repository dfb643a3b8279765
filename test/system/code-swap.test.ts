/** New code takes the place of old under load: no call fails, no datagram is lost. `npm run swap` does it under more. Issue 6 part 7 */
import { afterEach, expect, test } from '@jest/globals'
import { stopAll } from './processes.js'
import { allSuccessful } from './sipp-counts.js'
import { swapUnderLoad } from './swapping.js'

afterEach(stopAll)

test.each([1, 2])(
  'the code of %i workers is swapped three times under 100 calls/s: none fails, the kernel drops nothing',
  async (workers) => {
    const load = { workers, swaps: 3, callsPerSecond: 100, seconds: 120 }
    const { counts, drops, output, said, wasUnderLoad } = await swapUnderLoad(load)
    expect(said).toEqual(Array.from({ length: 3 }, () => 'new code runs in all workers\n'))
    expect(wasUnderLoad).toBe(true)
    expect(counts.created).toBeGreaterThan(0)
    expect(counts).toEqual(allSuccessful(counts.created))
    expect(drops).toBe(0)
    expect(output).not.toContain('was not swapped')
  },
  200_000,
)
