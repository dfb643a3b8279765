/** A file that is read anew when it is written or replaced. What cannot be used changes nothing. */
import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type Clock, type Log, SipError } from '@sipwright/framework'

/** Editors write in several steps: what comes within this time is one change. */
const settleMs = 200

export interface WatchedFileOptions {
  readonly file: string
  readonly clock: Clock
  readonly log: Log
  /** Takes over what the file says; throws for what it cannot use, and has changed nothing then. */
  readonly apply: (text: string) => void
}

export class WatchedFile {
  readonly #options: WatchedFileOptions
  #watcher: FSWatcher | undefined = undefined
  #cancel: (() => void) | undefined = undefined
  #text: string | undefined = undefined

  constructor(options: WatchedFileOptions) {
    this.#options = options
  }

  /** Reads and applies it. Rejects with SIPW_ERR_AUTH_FILE, or with what `apply` throws. */
  async load(): Promise<void> {
    const text = await this.#read()
    this.#options.apply(text)
    this.#text = text
  }

  /** The folder is watched, not the file: a new file that takes its name is a change as well. */
  watch(): void {
    const { file, clock } = this.#options
    const name = basename(file)
    try {
      this.#watcher = watch(dirname(file), (_event, which) => {
        if (which !== null && which !== name) return
        this.#cancel?.()
        this.#cancel = clock.after(settleMs, () => void this.#look())
      })
      // A folder that is taken away: a reload says so.
      this.#watcher.on('error', () => this.#watcher?.close())
    } catch {
      // Not every system can watch; SIGHUP reloads there.
    }
  }

  close(): void {
    this.#cancel?.()
    this.#watcher?.close()
  }

  async #look(): Promise<void> {
    const { file, log } = this.#options
    try {
      if ((await this.#read()) === this.#text) return
      await this.load()
      log.info({ file }, 'a file that has changed was read again')
    } catch (error) {
      log.error(
        { err: error, file },
        'a file that has changed is refused: what was read before stays in force',
      )
    }
  }

  async #read(): Promise<string> {
    const { file } = this.#options
    try {
      return await readFile(file, 'utf8')
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SipError('SIPW_ERR_AUTH_FILE', [file, reason], { cause })
    }
  }
}
