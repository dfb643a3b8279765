/** A name for what the sets are: who changes them says by it what he has seen. */
import { createHash } from 'node:crypto'
import { resolveAlgorithm } from '../select/names.js'
import { type SetDefinition } from './sources.js'

/** Equal for equal definitions; of what is code, its name. */
export function revisionOf(definitions: readonly SetDefinition[]): string {
  const said = definitions.map(({ algorithm, ...rest }) => ({
    ...rest,
    algorithm: resolveAlgorithm(algorithm).algorithm.name,
  }))
  const text = JSON.stringify(said, (_key, value: unknown) =>
    typeof value === 'function' ? `function ${value.name}` : value,
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
