/** Both floods in full. security.md §3 rows 4, 5, §5 G10 */
import { stopAll } from '../system/processes.js'
import { flood } from './flood.js'

/** Prints a line for each; returns the bounds that were broken. */
export async function floods(perSecond: number, seconds: number): Promise<readonly string[]> {
  const broken: string[] = []
  for (const sources of ['one', 'many'] as const) {
    const result = await flood({ sources, perSecond, seconds, callsPerSecond: 20 })
    await stopAll()
    console.log(`flood of ${sources}: ${JSON.stringify(result)}`)
    const { calls, answered, memory } = result
    if (answered < 0.999 * calls || memory > 512) broken.push(`flood of ${sources}`)
  }
  return broken
}
