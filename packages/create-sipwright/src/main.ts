/** The command line of create-sipwright. */
import { CommanderError } from 'commander'
import { createSipwright } from './program.js'
import { ProjectFault } from './project.js'

try {
  await createSipwright().parseAsync()
} catch (error) {
  if (error instanceof ProjectFault) {
    console.error(`create-sipwright: ${error.message}`)
    process.exitCode = 1
  } else if (error instanceof CommanderError) {
    // It has said why; help and version are no faults.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else throw error
}
