/** A flood as a process of its own: what it costs is not taken from who is measured. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '../system/processes.js'

export interface FloodingOptions {
  /** All packets from one address, or each from another. */
  readonly sources: 'one' | 'many'
  readonly port: number
  readonly perSecond: number
  readonly seconds: number
  /** Who is called. */
  readonly user: string
  /** Each with a To tag, which anybody can write. Default: none. */
  readonly inDialogs?: boolean
}

const sender = join(dirname(fileURLToPath(import.meta.url)), 'flood-sender.js')

export class Flooding {
  readonly over: Promise<unknown>
  readonly #process: RunningProcess

  constructor({ sources, port, perSecond, seconds, user, inDialogs }: FloodingOptions) {
    const within = inDialogs === true ? 'dialog' : ''
    const args = [sender, sources, port, perSecond, seconds, user, within].map(String)
    this.#process = new RunningProcess('node', args)
    this.over = this.#process.exited
  }

  /** What it managed, when it is over. */
  get result(): { readonly sent: number; readonly perSecond: number } {
    return JSON.parse(this.#process.output) as { sent: number; perSecond: number }
  }
}
