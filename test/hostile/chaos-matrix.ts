/** Every cell of the matrix of security.md §5 G4, one after the other. */
import { stopAll } from '../system/processes.js'
import { chaos, type ChaosOptions } from './chaos.js'

/** Prints a line for each cell; returns the bounds that were broken. */
export async function chaosMatrix(load: ChaosOptions): Promise<readonly string[]> {
  const broken: string[] = []
  let cell = 0
  for (const loss of [0, 0.01, 0.05, 0.1]) {
    for (const duplication of [0, 0.05]) {
      for (const reordering of [0, 0.05]) {
        for (const [delayMs, jitterMs] of [
          [0, 0],
          [50, 20],
        ] as const) {
          const network = { loss, duplication, reordering, delayMs, jitterMs }
          const result = await chaos({ ...load, ...network, seed: load.seed + 10 * cell++ })
          await stopAll()
          const name = Object.entries(network).map(([key, value]) => `${key} ${value}`)
          console.log(`${name.join(', ')}: ${JSON.stringify(result)}`)
          const { calls, succeeded, duplicates, unacknowledged, stuck, faults } = result
          const least = loss > 0.05 ? 0.999 * calls : calls
          if (succeeded < least || duplicates + unacknowledged + stuck + faults > 0) {
            broken.push(`chaos: ${name.join(', ')}`)
          }
        }
      }
    }
  }
  return broken
}
