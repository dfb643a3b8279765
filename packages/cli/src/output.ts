/** Writes what was made into a folder, all of it or nothing that would overwrite. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SipError } from '@sipwright/framework'

/** The paths that were written. Throws SIPW_ERR_IMPORT_OUTPUT. */
export function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): readonly string[] {
  const paths = [...files].map(([name, text]) => ({ path: join(folder, name), text }))
  const there = force ? undefined : paths.find(({ path }) => existsSync(path))
  if (there !== undefined) {
    throw new SipError('SIPW_ERR_IMPORT_OUTPUT', [there.path, 'it is there; --force overwrites it'])
  }
  let current = folder
  try {
    mkdirSync(folder, { recursive: true })
    for (const { path, text } of paths) {
      current = path
      writeFileSync(path, text, { flag: force ? 'w' : 'wx' })
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SipError('SIPW_ERR_IMPORT_OUTPUT', [current, reason], { cause })
  }
  return paths.map(({ path }) => path)
}
