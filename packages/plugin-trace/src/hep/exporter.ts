/** Sends messages to a collector, a few times a second, off the path of the messages themselves. What cannot be sent is counted. */
import { type Clock, type Log } from '@sipwright/framework'
import { redacted } from '../redaction.js'
import { type HepConfig, parseServer } from './config.js'
import { datagramLine, type Line, streamLine } from './line.js'
import { type HepMessage, hepPacket } from './packet.js'

/** Messages wait so long at most. */
const flushMs = 50

/** So often the log says that messages are lost. */
const warnEveryMs = 60_000

export class HepExporter {
  /** Plain numbers, read when somebody asks. */
  readonly counters = { sent: 0, lost: 0 }
  readonly #clock: Clock
  readonly #log: Log
  readonly #config: HepConfig
  readonly #line: Line
  #queue: HepMessage[] = []
  #cancel: (() => void) | undefined = undefined
  #warnedAt = -Infinity

  constructor(config: HepConfig, clock: Clock, log: Log) {
    this.#config = config
    this.#clock = clock
    this.#log = log
    const server = parseServer(config.server)!
    const lost = (error: Error): void => this.#lost(0, error.message)
    this.#line = (server.transport === 'udp' ? datagramLine : streamLine)(server, clock, lost)
  }

  add(message: HepMessage): void {
    if (this.#queue.length >= this.#config.maxQueue) {
      this.#lost(1, 'too many wait')
      return
    }
    this.#queue.push(message)
    this.#cancel ??= this.#clock.after(flushMs, () => this.flush())
  }

  /** Sends what waits. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const queue = this.#queue
    this.#queue = []
    const sinceEpoch = (this.#clock.wall?.() ?? this.#clock.now()) - this.#clock.now()
    for (const message of queue) {
      const shown = { ...message, text: redacted(message.text) }
      const packet = hepPacket(shown, sinceEpoch + message.at, this.#config)
      if (this.#line.send(packet)) this.counters.sent++
      else this.#lost(1, 'the collector is not reached')
    }
  }

  async close(): Promise<void> {
    this.flush()
    await this.#line.close()
  }

  #lost(count: number, reason: string): void {
    this.counters.lost += count
    const now = this.#clock.now()
    if (now - this.#warnedAt < warnEveryMs) return
    this.#warnedAt = now
    const { server } = this.#config
    this.#log.warn(
      { server, reason, lost: this.counters.lost },
      'messages do not reach the collector',
    )
  }
}
