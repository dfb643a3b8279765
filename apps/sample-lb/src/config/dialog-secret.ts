/** The key `secret`: by it nodes that serve the same dialogs know them, and containers know theirs again. RFC 3261 §16.4 */
import { z } from 'zod'
import { secretOf } from './secret.js'
import { shortestKey } from './topology-section.js'

const expectedSecret = 'a secret, env:<name> or file:<path>'

export const dialogSecret = z
  .string({ error: expectedSecret })
  .optional()
  .describe(
    `Signs our Record-Route, ${shortestKey} characters at least: the same on all nodes that calls move between, and in containers. Absent: this machine's own.`,
  )

interface WithSecret {
  readonly secret?: string | undefined
}

/** An option of the framework; without the key there is none. Throws for a secret that cannot be read. */
export function dialogSecretOption(
  { secret }: WithSecret,
  directory: string,
): { readonly secret?: string } {
  return secret === undefined ? {} : { secret: secretOf(secret, directory) }
}

/** What is wrong with it, or undefined; never the secret itself. */
export function faultOfDialogSecret(
  config: WithSecret,
  directory: string,
): { readonly expected: string; readonly found: string } | undefined {
  try {
    const { secret } = dialogSecretOption(config, directory)
    if (secret === undefined || secret.length >= shortestKey) return undefined
    return {
      expected: `a secret of at least ${shortestKey} characters`,
      found: `one of ${secret.length}`,
    }
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return { expected: 'a secret that can be read', found }
  }
}
