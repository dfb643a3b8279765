/** Files of a test's own, removed behind it; and what is imported from them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Imported, importKamailio } from '#src/kamailio-import.js'

const folders = new Set<string>()

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sipwright-cli-'))
  folders.add(folder)
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return folder
}

/** Call it in `afterEach`. */
export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}

/** What was imported, and what is often asked of it. */
export interface Looked extends Imported {
  readonly folder: string
  /** The text of a file that would be written. */
  readonly file: (name: string) => string
  /** `line verdict note` of a file, of `kamailio.cfg` unless told. */
  readonly lines: (name?: string) => readonly string[]
}

/** Imports these texts. */
export async function importing({
  cfg,
  list,
  dump,
}: Readonly<{ cfg?: string; list?: string; dump?: string }>): Promise<Looked> {
  const folder = folderWith({
    ...(cfg !== undefined && { 'kamailio.cfg': cfg }),
    ...(list !== undefined && { 'given.list': list }),
    ...(dump !== undefined && { 'dump.sql': dump }),
  })
  const imported = await importKamailio({
    cfg: cfg === undefined ? undefined : join(folder, 'kamailio.cfg'),
    list: list === undefined ? undefined : join(folder, 'given.list'),
    db: dump === undefined ? undefined : join(folder, 'dump.sql'),
  })
  return {
    ...imported,
    folder,
    file: (name) => imported.files.get(name) ?? '',
    lines: (name = 'kamailio.cfg') =>
      imported.rows
        .filter(({ file }) => basename(file) === name)
        .map(({ line, verdict, note }) => `${line} ${verdict}: ${note}`),
  }
}

/** A configuration with these routes, failover on, and everything that it needs. */
export function routed(routes: string, flags = 2): string {
  return `loadmodule "tm.so"
loadmodule "dispatcher.so"
modparam("dispatcher", "flags", ${flags})
${routes}`
}
