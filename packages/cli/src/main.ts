/** The command line of sipwright. */
import { CommanderError } from 'commander'
import { sipwright } from './program.js'

// A reader that has gone, as `| head` does, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await sipwright().parseAsync()
} catch (error) {
  // It has said why; help and version are no faults.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
