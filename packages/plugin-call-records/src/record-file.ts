/** Lines appended to a file. Whoever rotates it moves it away and reloads: then it is opened anew. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { type Log } from '@sipwright/framework'

/** Bytes that wait for a slow disk at most. */
const mostWaiting = 16 * 1_048_576

export class RecordFile {
  /** Plain numbers, read when somebody asks. */
  readonly counters = { written: 0, lost: 0 }
  readonly #path: string
  readonly #log: Log
  #stream: WriteStream

  constructor(path: string, log: Log) {
    this.#path = path
    this.#log = log
    this.#stream = this.#open()
  }

  write(line: string): void {
    const stream = this.#stream
    if (stream.destroyed || stream.writableLength > mostWaiting) this.counters.lost++
    else {
      stream.write(`${line}\n`)
      this.counters.written++
    }
  }

  reopen(): void {
    this.#stream.end()
    this.#stream = this.#open()
  }

  async close(): Promise<void> {
    const stream = this.#stream
    if (stream.destroyed) return
    await new Promise<void>((resolve) => {
      stream.once('close', resolve)
      stream.end()
    })
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o640 })
    stream.on('error', (error) => {
      this.#log.error({ err: error, file: this.#path }, 'call records cannot be written')
    })
    return stream
  }
}
