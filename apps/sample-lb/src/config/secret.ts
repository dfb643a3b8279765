/** A value that must not stand in the configuration: `env:NAME`, or `file:path` whose first line it is. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** Whether it names a secret, instead of being one. */
export function isSecretName(text: string): boolean {
  return /^(?:env:\w+|file:.+)$/.test(text)
}

/** The secret that is named, or the text itself; an error says what could not be read. */
export function secretOf(
  text: string,
  directory: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const [, kind, name = ''] = /^(env|file):(.+)$/.exec(text) ?? []
  if (kind === undefined) return text
  if (kind === 'file') return readFileSync(resolve(directory, name), 'utf8').split('\n')[0]!.trim()
  const value = environment[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set`)
  return value
}
