/** Where the edge is, and what it is shown: options of every verb that asks one. */
import { readFileSync } from 'node:fs'
import { type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { EdgeClient } from './edge-client.js'

/** As commander fills them in. */
export interface ConnectionOptions {
  readonly url?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly json?: boolean
}

const defaultUrl = 'http://127.0.0.1:8088'

/** The verb asks an edge. */
export function asksEdge(command: Command): Command {
  return command
    .option('--url <url>', `where the edge serves operators (SIPWRIGHT_URL; ${defaultUrl})`)
    .option('--token <token>', 'who asks (SIPWRIGHT_TOKEN); other users see it in the process list')
    .option('--token-file <file>', 'a file with the token (SIPWRIGHT_TOKEN_FILE)')
    .option('--json', 'print what the edge answers as JSON')
}

/** Throws SIPW_ERR_COMMAND_USAGE. */
export function connect(
  { url, token, tokenFile }: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EdgeClient {
  const root = url ?? filled(environment['SIPWRIGHT_URL']) ?? defaultUrl
  if (!/^https?:\/\/[^/\s]/.test(root) || !URL.canParse(root)) {
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--url', root, `one such as ${defaultUrl}`])
  }
  const given =
    token ??
    (tokenFile === undefined ? undefined : tokenIn(tokenFile)) ??
    filled(environment['SIPWRIGHT_TOKEN']) ??
    tokenIn(filled(environment['SIPWRIGHT_TOKEN_FILE']))
  return new EdgeClient(root, given)
}

function tokenIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return filled(readFileSync(file, 'utf8').trim())
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--token-file', found, 'a readable file'], {
      cause,
    })
  }
}

/** An empty variable is none. */
function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
