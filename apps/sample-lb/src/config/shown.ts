/** The configuration as operators are shown it: without what must stay secret. */
import { withoutSecrets } from '@sipwright/plugin-dispatcher'
import { type Config } from './check.js'
import { isSecretName } from './secret.js'

const hidden = '[hidden]'

/** Keys whose texts are secrets, and all texts below them. */
const secretKeys = /^(?:password|secret|token|ha1)$/i
/** Headers of probes that carry credentials. */
const secretHeaders = /auth|token|secret|key|cookie/i

/** The values of the file, defaults filled in. Names of secrets (`env:…`) stay, secrets do not. */
export function shownConfig({ directory: _directory, sets: _sets, ...values }: Config): object {
  const shown = shownIn(values, []) as Record<string, unknown>
  const { topologyHiding } = values
  if (topologyHiding?.key === undefined) return shown
  const keys = [topologyHiding.key].flat().map(shownSecret)
  return { ...shown, topologyHiding: { ...topologyHiding, key: keys } }
}

function shownIn(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => shownIn(each, path))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, shownIn(each, [...path, key])]),
    )
  }
  if (typeof value !== 'string') return value
  const [parent = '', key = ''] = path.slice(-2)
  if (path.some((each) => secretKeys.test(each))) return shownSecret(value)
  if (parent === 'headers' && secretHeaders.test(key)) return hidden
  if (key === 'url') return isSecretName(value) ? value : withoutSecrets(value)
  return value
}

function shownSecret(value: string): string {
  return isSecretName(value) ? value : hidden
}
