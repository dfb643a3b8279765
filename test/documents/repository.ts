import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, seen from the compiled tests. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
