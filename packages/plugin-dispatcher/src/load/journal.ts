/**
 * The calls that are up, in a file: a process that takes the place of a killed one counts them again at once. Lines are
 * only appended; from time to time what still holds is written to a new file, which then takes the place of the old one.
 * Writing never keeps a call waiting: what happened in the last instant before a kill may be missing.
 */
import { SipError, type Clock, type Log } from '@sipwright/framework'
import { createReadStream } from 'node:fs'
import { open, rename, type FileHandle } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { type Lease, type LeaseObserver, type LeaseRecord } from './lease.js'
import { type Leases } from './leases.js'

/** Lines that are not worth a new file. */
const fewLines = 10_000
/** Lines for each call that is up, before a new file is written. */
const linesPerCall = 4
/** Calls written to the new file before others have their turn. */
const callsAtOnce = 500
/** After a file could not be written. */
const retryMs = 30_000

export interface JournalOptions {
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds since the epoch: a time that the next process understands. */
  readonly wallClock?: () => number
}

export class Journal implements LeaseObserver {
  readonly #file: string
  readonly #options: JournalOptions
  readonly #wallClock: () => number
  #leases: Leases | undefined = undefined
  #before: readonly LeaseRecord[]
  /** Where lines go; two while a new file is written. */
  readonly #sinks = new Set<Sink>()
  #lines = 0
  #rewriting: Promise<void> | undefined = undefined
  #cancelRetry: (() => void) | undefined = undefined
  #closed = false

  /** Reads the file, if there is one. Throws SIPW_ERR_LOAD_JOURNAL. */
  static async open(file: string, options: JournalOptions): Promise<Journal> {
    const wallClock = options.wallClock ?? (() => Date.now())
    try {
      const { records, unread } = await recordsOf(file, wallClock())
      // What a kill cut short is one line.
      if (unread > 1) options.log.warn({ file, unread }, 'journal of calls: lines left out')
      return new Journal(file, options, records)
    } catch (error) {
      throw new SipError('SIPW_ERR_LOAD_JOURNAL', [file, reasonOf(error)], { cause: error })
    }
  }

  private constructor(file: string, options: JournalOptions, before: readonly LeaseRecord[]) {
    this.#file = file
    this.#options = options
    this.#wallClock = options.wallClock ?? (() => Date.now())
    this.#before = before
  }

  /** Puts the calls of before back, and begins to write. Throws SIPW_ERR_LOAD_JOURNAL. */
  async begin(leases: Leases): Promise<void> {
    this.#leases = leases
    for (const record of this.#before) leases.restore(record)
    this.#before = []
    try {
      await this.#writeAnew()
    } catch (error) {
      await this.close()
      throw new SipError('SIPW_ERR_LOAD_JOURNAL', [this.#file, reasonOf(error)], { cause: error })
    }
  }

  held(lease: Lease): void {
    if (lease.dialogs.length === 0) this.released(lease)
    else if (this.#leases !== undefined) this.#append(this.#lineOf(this.#leases.recordOf(lease)))
  }

  released({ key, load }: Lease): void {
    this.#append(`${JSON.stringify(['-', key, load.setId, load.destinationId])}\n`)
  }

  /** What has happened so far is in the file. */
  async written(): Promise<void> {
    await this.#rewriting
    for (const sink of this.#sinks) await sink.idle()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelRetry?.()
    await this.written()
    for (const sink of this.#sinks) await sink.close()
    this.#sinks.clear()
  }

  #append(line: string): void {
    for (const sink of this.#sinks) sink.append(line)
    this.#lines++
    const enough = Math.max(fewLines, linesPerCall * (this.#leases?.size ?? 0))
    if (this.#lines > enough && this.#sinks.size > 0 && !this.#closed) void this.#rewrite()
  }

  #lineOf({ key, set, destination, dialogs, leftMs }: LeaseRecord): string {
    const until = Math.round(this.#wallClock() + leftMs)
    return `${JSON.stringify(['+', key, set, destination, dialogs, until])}\n`
  }

  #rewrite(): Promise<void> {
    this.#rewriting ??= this.#writeAnew()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#rewriting = undefined
      })
    return this.#rewriting
  }

  /**
   * Lines that come meanwhile go to both files, behind the calls that they are about: a call that ends before it is come to is
   * not written, and its end says nothing.
   */
  async #writeAnew(): Promise<void> {
    const leases = this.#leases!
    const old = [...this.#sinks]
    this.#lines = 0
    const temporary = `${this.#file}.new`
    const sink = new Sink(await open(temporary, 'w', 0o600), (error) => this.#failed(error))
    this.#sinks.add(sink)
    let count = 0
    for (const record of leases.records()) {
      sink.append(this.#lineOf(record))
      if (++count % callsAtOnce === 0) await sink.idle()
    }
    await sink.synced()
    await rename(temporary, this.#file)
    for (const each of old) {
      this.#sinks.delete(each)
      await each.close()
    }
  }

  /** Calls go on; the file is written anew as soon as it can be. */
  #failed(error: unknown): void {
    this.#options.log.error({ err: error, file: this.#file }, 'journal of calls: not written')
    for (const sink of this.#sinks) void sink.close()
    this.#sinks.clear()
    if (this.#closed) return
    this.#cancelRetry?.()
    this.#cancelRetry = this.#options.clock.after(retryMs, () => void this.#rewrite())
  }
}

/** One open file: lines are gathered while others are being written. */
class Sink {
  readonly #handle: FileHandle
  readonly #onError: (error: unknown) => void
  #waiting = ''
  #writing: Promise<void> | undefined = undefined
  #broken = false

  constructor(handle: FileHandle, onError: (error: unknown) => void) {
    this.#handle = handle
    this.#onError = onError
  }

  append(line: string): void {
    if (this.#broken) return
    this.#waiting += line
    this.#writing ??= this.#write()
  }

  async idle(): Promise<void> {
    await this.#writing
  }

  /** All that was appended is on the disk. Throws if it is not. */
  async synced(): Promise<void> {
    await this.idle()
    if (this.#broken) throw new Error('the new file is incomplete')
    await this.#handle.sync()
  }

  async close(): Promise<void> {
    await this.idle()
    this.#broken = true
    await this.#handle.close().catch(() => undefined)
  }

  async #write(): Promise<void> {
    try {
      // What else happens now goes with it.
      await Promise.resolve()
      while (this.#waiting !== '') {
        const text = this.#waiting
        this.#waiting = ''
        await this.#handle.appendFile(text)
      }
    } catch (error) {
      this.#broken = true
      this.#waiting = ''
      this.#onError(error)
    } finally {
      this.#writing = undefined
    }
  }
}

const line = z.union([
  z.tuple([
    z.literal('+'),
    z.string(),
    z.string(),
    z.string(),
    z.array(z.number().int()).min(1),
    z.number(),
  ]),
  z.tuple([z.literal('-'), z.string(), z.string(), z.string()]),
])

/** What a file says of calls that have not run out, and how many of its lines say nothing. */
async function recordsOf(
  file: string,
  wallNow: number,
): Promise<{ readonly records: readonly LeaseRecord[]; readonly unread: number }> {
  const records = new Map<string, LeaseRecord>()
  let unread = 0
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
      const parsed = line.safeParse(parsedJson(text))
      if (!parsed.success) {
        unread++
        continue
      }
      const [what, key, set, destination, dialogs = [], until = 0] = parsed.data
      const name = JSON.stringify([key, set, destination])
      records.delete(name)
      if (what === '+' && until > wallNow) {
        records.set(name, { key, set, destination, dialogs, leftMs: until - wallNow })
      }
    }
  } catch (error) {
    // There is none before the first start.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { records: [...records.values()], unread }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
