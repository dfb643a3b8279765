/** A file that is read anew when it says something else. What cannot be used changes nothing. */
import { type Clock, type Log, SipError, WatchedText } from '@sipwright/framework'

export interface WatchedFileOptions {
  readonly file: string
  readonly clock: Clock
  readonly log: Log
  /** Takes over what the file says; throws for what it cannot use, and has changed nothing then. */
  readonly apply: (text: string) => void
}

export class WatchedFile {
  readonly #options: WatchedFileOptions
  readonly #text: WatchedText

  constructor(options: WatchedFileOptions) {
    this.#options = options
    this.#text = new WatchedText(options.file, options)
  }

  /** Reads and applies it. Rejects with SIPW_ERR_AUTH_FILE, or with what `apply` throws. */
  async load(): Promise<void> {
    this.#options.apply(await this.#read())
  }

  watch(): void {
    this.#text.watch(() => void this.#loadAgain())
  }

  close(): void {
    this.#text.close()
  }

  async #loadAgain(): Promise<void> {
    const { file, log } = this.#options
    try {
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
    try {
      return await this.#text.read()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SipError('SIPW_ERR_AUTH_FILE', [this.#text.path, reason], { cause })
    }
  }
}
