/** `sipwright import kamailio` as an operator runs it, and what it has written. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './temporary-folder.js'

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const main = join(repository, 'packages', 'cli', 'bin', 'sipwright.mjs')
const balancer = join(repository, 'apps', 'sample-lb', 'dist', 'main.js')

export interface ImportedFiles {
  readonly folder: string
  readonly totals: Readonly<Record<string, number>>
  readonly todo: readonly string[]
  readonly rows: readonly {
    readonly file: string
    readonly line: number
    readonly endLine: number
    readonly subject: string
    readonly verdict: string
    readonly note: string
  }[]
  /** The text of a file that was written. */
  readonly read: (name: string) => string
}

/** Writes the inputs into a folder and imports them: `{ cfg: '…text…' }`. */
export function importTexts(
  inputs: Readonly<{ cfg?: string; list?: string; dump?: string }>,
  ...more: readonly string[]
): ImportedFiles {
  const folder = temporaryFolder('kamailio')
  const args: string[] = []
  const given = [
    ['--cfg', 'kamailio.cfg', inputs.cfg],
    ['--list', 'dispatcher.list', inputs.list],
    ['--db', 'dump.sql', inputs.dump],
  ] as const
  for (const [option, name, text] of given) {
    if (text === undefined) continue
    writeFileSync(join(folder, name), text)
    args.push(option, join(folder, name))
  }
  return importFiles(...args, ...more)
}

/** Imports what the arguments say; throws with what was printed if that fails. */
export function importFiles(...args: readonly string[]): ImportedFiles {
  const folder = temporaryFolder('imported')
  const command = [main, 'import', 'kamailio', '--out', folder, '--json', ...args]
  const { status, stdout, stderr } = spawnSync('node', command, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`import failed: ${stdout}${stderr}`)
  const said = JSON.parse(stdout) as Omit<ImportedFiles, 'folder' | 'read'>
  return { ...said, folder, read: (name) => readFileSync(join(folder, name), 'utf8') }
}

/** What `--check` says of the lb.yaml that was written; throws if that refuses it. */
export function check(
  { folder }: ImportedFiles,
  env: Readonly<Record<string, string>> = {},
): string {
  const { status, stdout, stderr } = spawnSync(
    'node',
    [balancer, '--config', join(folder, 'lb.yaml'), '--check'],
    { encoding: 'utf8', env: { ...process.env, ...env } },
  )
  if (status !== 0) throw new Error(`--check refused it: ${stdout}${stderr}`)
  return stdout
}
