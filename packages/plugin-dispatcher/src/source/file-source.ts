/** A `dispatcher.list`, read anew when it says something else. */
import { type Clock, SipError, WatchedText } from '@sipwright/framework'
import { formatFault, parseDispatcherList } from './dispatcher-list.js'
import { type Revision, type Source } from './source.js'

export interface FileSourceOptions {
  readonly file: string
  /** One bad line refuses the whole file. */
  readonly strict: boolean
  readonly clock: Clock
}

export class FileSource implements Source {
  readonly name: string
  readonly #strict: boolean
  readonly #text: WatchedText

  constructor({ file, strict, clock }: FileSourceOptions) {
    this.name = file
    this.#strict = strict
    this.#text = new WatchedText(file, { clock })
  }

  async load(): Promise<Revision> {
    const list = parseDispatcherList(await this.#read())
    if (list.faults.length > 0 && (this.#strict || list.entries.length === 0)) {
      throw new SipError('SIPW_ERR_DISPATCHER_LIST', [
        this.name,
        list.faults.map(formatFault).join('; '),
      ])
    }
    return list
  }

  watch(changed: () => void): void {
    this.#text.watch(changed)
  }

  async close(): Promise<void> {
    this.#text.close()
    await Promise.resolve()
  }

  async #read(): Promise<string> {
    try {
      return await this.#text.read()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SipError('SIPW_ERR_DISPATCHER_FILE', [this.name, reason], { cause })
    }
  }
}
