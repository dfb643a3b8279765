/** Child processes of a test: started, watched, and none left behind. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { type Readable } from 'node:stream'
import { removeTemporaryFolders } from './temporary-folder.js'

const running = new Set<RunningProcess>()

/** Ends whatever a test has started and not ended, and removes its folders: call it in `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((process) => process.kill()))
  removeTemporaryFolders()
}

export class RunningProcess {
  /** Everything it printed, for the message of a failure. */
  output = ''
  readonly exited: Promise<number | undefined>
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #watchers = new Set<() => void>()

  /** `env` is added to the environment. */
  constructor(
    command: string,
    args: readonly string[],
    cwd?: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd,
      env: { ...process.env, ...env },
      // A group of its own: what it starts ends with it.
      detached: true,
    })
    running.add(this)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('latin1')
      stream.on('data', (text: string) => {
        this.output = (this.output + text).slice(-1_000_000)
        for (const watcher of this.#watchers) watcher()
      })
    }
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code) => {
        running.delete(this)
        resolve(code ?? undefined)
      })
    })
  }

  get pid(): number {
    const { pid } = this.#child
    if (pid === undefined) throw new Error(`it did not start:\n${this.output}`)
    return pid
  }

  /** Resolves when the output matches; rejects with the output when it ends or takes too long before that. */
  async printed(pattern: RegExp, timeoutMs = 45_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    let watcher: () => void = () => undefined
    try {
      await new Promise<void>((resolve, reject) => {
        watcher = () => {
          if (pattern.test(this.output)) resolve()
        }
        this.#watchers.add(watcher)
        watcher()
        const fail = (why: string): void => {
          reject(new Error(`${why} before it printed ${pattern.source}:\n${this.output}`))
        }
        timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs)
        this.exited.then(() => fail('it ended'), reject)
      })
    } finally {
      clearTimeout(timer)
      this.#watchers.delete(watcher)
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Asks it to end; after five seconds it is killed. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<number | undefined> {
    this.signal(name)
    const timer = setTimeout(() => this.signal('SIGKILL'), 5_000)
    try {
      return await this.exited
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch {
      // It has ended already, and all that it had started.
    }
    await this.exited
  }
}
