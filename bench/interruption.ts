/** What becomes of children and folders when the benchmark is interrupted. */
import { constants } from 'node:os'
import { stopAll } from '@sipwright/test/system/processes.js'

/** A signal that asks the benchmark to end also ends what it has started; the exit status says which it was. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void stopAll().finally(() => process.exit(128 + constants.signals[signal]))
    })
  }
}
