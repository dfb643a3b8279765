/**
 * A file's text, and word of when it says something else than was read last: when it is written, when another takes its name, and
 * when the link turns that Kubernetes mounts a ConfigMap by.
 */
import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock } from '../environment.js'
import { systemClock } from './clock.js'

/** Editors write in several steps: what is found twice, this far apart, is a whole text. */
const settleMs = 200

export interface WatchedTextOptions {
  /** Default: the system's. */
  readonly clock?: Clock
}

export class WatchedText {
  readonly path: string
  readonly #clock: Clock
  #known: string | undefined = undefined
  #found: string | undefined = undefined
  #watcher: FSWatcher | undefined = undefined
  #changed: (() => void) | undefined = undefined
  #cancel: (() => void) | undefined = undefined

  constructor(path: string, { clock = systemClock }: WatchedTextOptions = {}) {
    this.path = path
    this.#clock = clock
  }

  /** Rejects with the error of the system. */
  async read(): Promise<string> {
    const text = await readFile(this.path, 'utf8')
    this.knows(text)
    return text
  }

  /** Somebody else has read this of it: no word of it any more. */
  knows(text: string): void {
    this.#known = text
  }

  /**
   * Calls `changed` once for every text that is not the one read last, until `close`; a file that is away is none. Everything that
   * happens in the folder makes it look, and so does the beginning: what was written since the reading is not missed.
   */
  watch(changed: () => void): void {
    this.#changed = changed
    try {
      this.#watcher = watch(dirname(this.path), { persistent: false }, () => this.#lookSoon())
    } catch {
      // Not every system can watch; SIGHUP reloads there.
      return
    }
    // A folder that is taken away: a reload says so.
    this.#watcher.on('error', () => this.#watcher?.close())
    this.#lookSoon()
  }

  close(): void {
    this.#changed = undefined
    this.#cancel?.()
    this.#cancel = undefined
    this.#watcher?.close()
  }

  #lookSoon(): void {
    // The first of many moves nothing: where something is written all the time, it looks all the same.
    this.#cancel ??= this.#clock.after(settleMs, () => {
      this.#cancel = undefined
      void this.#look()
    })
  }

  async #look(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => undefined)
    if (this.#changed === undefined) return
    if (text === undefined || text === this.#known) {
      this.#found = undefined
    } else if (text !== this.#found) {
      this.#found = text
      this.#lookSoon()
    } else {
      this.#found = undefined
      this.#known = text
      this.#changed()
    }
  }
}
