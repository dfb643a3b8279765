/** Folders of a test or of the benchmark: made below the system's, remembered, and none left behind. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set<string>()

/** A new empty folder; `name` says what it is for. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sipwright-${name}-`))
  folders.add(folder)
  return folder
}

export function removeTemporaryFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
}

/** Removes all that are left. */
export function removeTemporaryFolders(): void {
  for (const folder of folders) removeTemporaryFolder(folder)
}
