/** A `dispatcher.list`, read anew when it is written or replaced. */
import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type Clock, SipError } from '@sipwright/framework'
import { formatFault, parseDispatcherList } from './dispatcher-list.js'
import { type Revision, type Source } from './source.js'

/** Editors write in several steps: what comes within this time is one change. */
const settleMs = 200

export interface FileSourceOptions {
  readonly file: string
  /** One bad line refuses the whole file. */
  readonly strict: boolean
  readonly clock: Clock
}

export class FileSource implements Source {
  readonly name: string
  readonly #options: FileSourceOptions
  #watcher: FSWatcher | undefined = undefined
  #cancel: (() => void) | undefined = undefined
  #text: string | undefined = undefined

  constructor(options: FileSourceOptions) {
    this.name = options.file
    this.#options = options
  }

  async load(): Promise<Revision> {
    const { file, strict } = this.#options
    const text = await readList(file)
    const list = parseDispatcherList(text)
    if (list.faults.length > 0 && (strict || list.entries.length === 0)) {
      throw new SipError('SIPW_ERR_DISPATCHER_LIST', [
        file,
        list.faults.map(formatFault).join('; '),
      ])
    }
    this.#text = text
    return list
  }

  /** The folder is watched, not the file: a new file that takes its name is a change as well. */
  watch(changed: () => void): void {
    const { file, clock } = this.#options
    const name = basename(file)
    try {
      this.#watcher = watch(dirname(file), (_event, which) => {
        if (which !== null && which !== name) return
        this.#cancel?.()
        this.#cancel = clock.after(settleMs, () => void this.#look(changed))
      })
      // A folder that is taken away: a reload says so.
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch {
      // Not every system can watch; SIGHUP reloads there.
    }
  }

  async close(): Promise<void> {
    this.#cancel?.()
    this.#watcher?.close()
    await Promise.resolve()
  }

  async #look(changed: () => void): Promise<void> {
    const text = await readList(this.#options.file).catch(() => undefined)
    if (text !== this.#text) changed()
  }
}

async function readList(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SipError('SIPW_ERR_DISPATCHER_FILE', [file, reason], { cause })
  }
}
