/** The balancer as several processes that share the listeners: what each is given, and what signals do to all. */
import { type Log, startWorkers, type WorkerGroup } from '@sipwright/framework'
import { listenAddress } from './balancer.js'
import { formatListen } from './config/address.js'
import { type LoadedConfig } from './config/load.js'
import { type ConfigSource, type RunningBalancer } from './serve.js'

/** A worker that replaces another has the configuration in force, whatever the file says by then. */
export interface WorkerData {
  /** Of the file: relative paths start from its folder. */
  readonly path: string
  readonly text: string
  readonly overrides: readonly string[]
}

export class SharedBalancer implements RunningBalancer {
  /** Each worker knows, and says when it ends. */
  readonly callsInProgress = undefined
  readonly counts = undefined
  readonly #group: WorkerGroup
  readonly #source: ConfigSource

  /** Binds every listener and starts `count` workers, or nothing: throws SIPW_ERR_LISTEN. */
  static async start(
    { config, text }: LoadedConfig,
    source: ConfigSource,
    count: number,
    log: Log,
  ): Promise<SharedBalancer> {
    const group = await startWorkers({
      entry: new URL('./worker.js', import.meta.url),
      args: [],
      workers: count,
      listen: config.listen.map(listenAddress),
      data: dataFrom(source, text),
      log,
    })
    return new SharedBalancer(group, source)
  }

  private constructor(group: WorkerGroup, source: ConfigSource) {
    this.#group = group
    this.#source = source
  }

  get listeners(): readonly string[] {
    return this.#group.listeners.map(({ transport, address, port }) =>
      formatListen(transport, address, port),
    )
  }

  async reload({ text }: LoadedConfig): Promise<void> {
    const faults = await this.#group.reload(dataFrom(this.#source, text))
    if (faults.length > 0) throw new Error([...new Set(faults)].join('; '))
  }

  async drain(limitMs: number): Promise<void> {
    await this.#group.stop(limitMs)
  }

  close(): Promise<boolean> {
    return this.#group.stop(0)
  }
}

function dataFrom({ config: path, overrides }: ConfigSource, text: string): WorkerData {
  return { path, text, overrides }
}
