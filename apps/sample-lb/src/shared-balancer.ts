/** The balancer as several processes that share the listeners: what each is given, and what signals do to all. */
import { type Log, startWorkers, type WorkerGroup } from '@sipwright/framework'
import { type CodeState } from '@sipwright/plugin-admin'
import { listenAddress } from './balancer.js'
import { formatListen } from './config/address.js'
import { type Config } from './config/check.js'
import { dialogSecretOption } from './config/dialog-secret.js'
import { type LoadedConfig } from './config/load.js'
import { type ConfigSource, type RunningBalancer } from './serve.js'

/** A worker that replaces another has the configuration in force, whatever the file says by then. */
export interface WorkerData {
  /** Of the file: relative paths start from its folder. */
  readonly path: string
  readonly text: string
  readonly overrides: readonly string[]
  /** What became of the last attempt to run new code. */
  readonly code: CodeState
}

/** Workers are told the state of the code under it. */
export const codeTopic = 'sample.code'

/** Workers are told under it that log rotation has moved what they write to. */
export const reopenTopic = 'sample.reopen'

export class SharedBalancer implements RunningBalancer {
  /** Each worker knows, and says when it ends. */
  readonly callsInProgress = undefined
  readonly counts = undefined
  readonly #group: WorkerGroup
  readonly #source: ConfigSource
  /** In force. */
  #text: string
  #code: CodeState = noCode

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
      data: { ...fileOf(source), text, code: noCode } satisfies WorkerData,
      ...dialogSecretOption(config, config.directory),
      log,
    })
    return new SharedBalancer(group, source, text)
  }

  private constructor(group: WorkerGroup, source: ConfigSource, text: string) {
    this.#group = group
    this.#source = source
    this.#text = text
  }

  get listeners(): readonly string[] {
    return this.#group.listeners.map(({ transport, address, port }) =>
      formatListen(transport, address, port),
    )
  }

  async reload({ text }: LoadedConfig): Promise<void> {
    this.#text = text
    const faults = await this.#group.reload(this.#data())
    if (faults.length > 0) throw new Error([...new Set(faults)].join('; '))
  }

  reopenFiles(): void {
    this.#group.tell(reopenTopic, null)
  }

  /** Rejects with what went wrong; a worker whose new code does not start keeps the old. */
  async swapCode({ dispatcher }: Config): Promise<void> {
    const faults =
      dispatcher.load.journal === undefined
        ? await this.#group.swap()
        : ['two processes cannot write one load.journal']
    this.#code = { attempts: this.#code.attempts + 1, at: Date.now(), faults }
    this.#group.tell(codeTopic, this.#code, this.#data())
    if (faults.length > 0) throw new Error(faults.join('; '))
  }

  async drain(limitMs: number): Promise<void> {
    await this.#group.stop(limitMs)
  }

  close(): Promise<boolean> {
    return this.#group.stop(0)
  }

  #data(): WorkerData {
    return { ...fileOf(this.#source), text: this.#text, code: this.#code }
  }
}

const noCode: CodeState = { attempts: 0, faults: [] }

function fileOf({ config: path, overrides }: ConfigSource): Pick<WorkerData, 'path' | 'overrides'> {
  return { path, overrides }
}
