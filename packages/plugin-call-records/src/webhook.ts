/** Records sent one after the other, again for a while where that may help; the queue has a bound. RFC 9110 §15 */
import { type Clock, type Log } from '@sipwright/framework'
import { type WebhookConfig } from './config.js'

/** So often the log says that records are lost. */
const warnEveryMs = 60_000

/** The longest pause between two attempts. */
const longestPauseMs = 60_000

export class Webhook {
  /** Plain numbers, read when somebody asks. */
  readonly counters = { sent: 0, lost: 0 }
  readonly #config: WebhookConfig
  readonly #clock: Clock
  readonly #log: Log
  readonly #queue: string[] = []
  readonly #end = new AbortController()
  #sending: Promise<void> | undefined = undefined
  #warnedAt = -Infinity

  constructor(config: WebhookConfig, clock: Clock, log: Log) {
    this.#config = config
    this.#clock = clock
    this.#log = log
  }

  add(line: string): void {
    if (this.#queue.length >= this.#config.maxQueue) {
      this.#queue.shift()
      this.#lost('too many wait')
    }
    this.#queue.push(line)
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
    })
  }

  /** What waits has so long to leave. */
  async close(limitMs: number): Promise<void> {
    const sending = this.#sending
    if (sending === undefined) return
    const cancel = this.#clock.after(limitMs, () => this.#end.abort())
    await sending
    cancel()
  }

  async #send(): Promise<void> {
    for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift()) {
      const reason = await this.#deliver(line)
      if (reason === undefined) this.counters.sent++
      else this.#lost(reason)
    }
  }

  /** Why it could not be; undefined: it was. */
  async #deliver(line: string): Promise<string | undefined> {
    const { attempts, retryMs } = this.#config
    let reason = 'closed'
    for (let attempt = 0; attempt < attempts && !this.#end.signal.aborted; attempt++) {
      if (attempt > 0) await this.#pause(Math.min(longestPauseMs, retryMs * 2 ** (attempt - 1)))
      const outcome = await this.#post(line)
      if (outcome === undefined) return undefined
      reason = outcome.reason
      if (!outcome.mayPass) return reason
    }
    return reason
  }

  async #post(line: string): Promise<{ reason: string; mayPass: boolean } | undefined> {
    const { url, headers, timeoutMs } = this.#config
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: line,
        redirect: 'error',
        signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(timeoutMs)]),
      })
      await answer.body?.cancel()
      if (answer.ok) return undefined
      const { status } = answer
      return {
        reason: `status ${status}`,
        mayPass: status >= 500 || status === 429 || status === 408,
      }
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error), mayPass: true }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        cancel()
        this.#end.signal.removeEventListener('abort', over)
        resolve()
      }
      const cancel = this.#clock.after(ms, over)
      this.#end.signal.addEventListener('abort', over)
    })
  }

  #lost(reason: string): void {
    this.counters.lost++
    const now = this.#clock.now()
    if (now - this.#warnedAt < warnEveryMs) return
    this.#warnedAt = now
    // The URL may hold a secret in its path or query: its host is enough.
    const { host } = new URL(this.#config.url)
    this.#log.warn({ host, reason, lost: this.counters.lost }, 'call records are lost')
  }
}
