/**
 * Kamailio's own samples, read from its Debian package when they are needed: they are its authors', under the GPL, so none of
 * them stands in our repository.
 */
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { temporaryFolder } from './temporary-folder.js'

const documents = '/usr/share/doc/kamailio'
/** Where its README wraps lines, even within words. */
const wrapped = 80

/** The list of destinations in the README of the dispatcher. */
export function sampleList(): string {
  return example('dispatcher list file')
}

/** The configuration in the README of the dispatcher. */
export function sampleCfg(): string {
  return example('sample dispatcher usage')
}

/** The configuration that the package installs. */
export const stockCfg = '/etc/kamailio/kamailio.cfg'

/** A copy of one of the IMS examples, its sample settings put where they belong. */
export function imsExample(name: 'pcscf' | 'scscf'): string {
  const folder = temporaryFolder(name)
  const from = join(documents, 'examples', 'ims', name)
  cpSync(from, folder, { recursive: true })
  for (const file of [`${name}.cfg`, 'dispatcher.list']) {
    cpSync(join(from, `${file}.sample`), join(folder, file))
  }
  return folder
}

/** The lines between `...` behind the title of an example, put together again where they were wrapped. */
function example(title: string): string {
  const readme = gunzipSync(readFileSync(join(documents, 'modules', 'README.dispatcher.gz')))
  const text = readme.toString('utf8')
  const titled = text.search(new RegExp(`Example [\\d.]+ .*${title}`))
  const begin = text.indexOf('\n...\n', titled) + '\n...\n'.length
  const end = text.indexOf('\n...\n', begin)
  if (titled < 0 || end < 0) throw new Error(`Kamailio's README has no example '${title}'`)
  return text
    .slice(begin, end)
    .split('\n')
    .map((line) => (line.length < wrapped ? `${line}\n` : line))
    .join('')
}
