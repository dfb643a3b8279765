/** Databases as a configuration names them. */
import { resolve } from 'node:path'
import { secretOf } from './secret.js'

const sqlite = 'sqlite:'

/** The URL, its secret read. The path of an SQLite file is relative to the configuration, as all paths are. */
export function databaseUrl(text: string, directory: string): string {
  const url = secretOf(text, directory)
  return url.startsWith(sqlite) ? sqlite + resolve(directory, url.slice(sqlite.length)) : url
}
