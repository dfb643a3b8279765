/** The balancer as an operator runs it: a configuration file and a process. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from './processes.js'
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js'

const main = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'apps', 'sample-lb', 'dist', 'main.js'],
)

/**
 * A busy machine halts backends, too, for seconds at times: they are slow then, and not to be given up. Where a test is about a
 * backend that is away, it is one that says so.
 */
const patience = 'failover.noResponse=60s'

export class Balancer {
  readonly #folder: string
  #process: RunningProcess

  private constructor(process: RunningProcess, folder: string) {
    this.#process = process
    this.#folder = folder
  }

  /** The one that runs now. */
  get process(): RunningProcess {
    return this.#process
  }

  /**
   * Writes the files beside each other (`lb.yaml` is the configuration), starts, and waits until it is ready. `openFiles`: how many
   * it may open; default: as many as we.
   */
  static async start(
    files: Readonly<Record<string, string>>,
    openFiles?: number,
  ): Promise<Balancer> {
    const folder = temporaryFolder('balancer')
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return new Balancer(await started(folder, openFiles), folder)
  }

  /** Kills it as `kill -9` does, and starts it again with the files as they are. */
  async restart(): Promise<void> {
    await this.#process.kill()
    this.#process = await started(this.#folder)
  }

  /** Changes a file that it may read again. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text)
  }

  /** A file of its folder as it is now; empty if there is none. */
  read(name: string): string {
    try {
      return readFileSync(join(this.#folder, name), 'utf8')
    } catch {
      return ''
    }
  }

  async stop(): Promise<number | undefined> {
    const code = await this.process.stop()
    removeTemporaryFolder(this.#folder)
    return code
  }
}

async function started(folder: string, openFiles?: number): Promise<RunningProcess> {
  const args = [main, '--config', join(folder, 'lb.yaml'), '--set', patience]
  const limited = ['-c', `ulimit -n ${openFiles ?? ''}; exec node "$@"`, 'sh', ...args]
  const process =
    openFiles === undefined
      ? new RunningProcess('node', args, folder)
      : new RunningProcess('sh', limited, folder)
  await process.printed(/^ready|"msg":"ready/m)
  return process
}
