/**
 * Where lines of the log go. Who reads them may be slow, or gone, and a disk may be full: nothing waits for it, what waits has a
 * bound, and the process ends all the same.
 */
import sonicBoom, { type SonicBoom } from 'sonic-boom'
import { type Log } from '../environment.js'

/** Bytes that wait for a slow reader at most; lines beyond that are lost, and counted. */
const mostWaiting = 16 * 1_048_576

/** How long the end of the process, or of the app, is put off for a reader that reads nothing. */
const patienceMs = 1_000
/** How long the library pauses before it tries again. */
const pauseMs = 100

export class LogOutput {
  /** The log whose lines these are: how many were lost is told in it, when they are read again. */
  log: Log | undefined = undefined
  readonly #lines: SonicBoom
  #isBroken = false
  #lost = 0
  #triesLeft = Infinity

  /** Two of one descriptor would write into each other's lines: use `logOutput`. */
  constructor(descriptor: 1 | 2, maxLength = mostWaiting) {
    // Opened by Node, a pipe that is full says so; otherwise who writes to it stands still.
    const { fd } = descriptor === 1 ? process.stdout : process.stderr
    this.#lines = new sonicBoom.SonicBoom({
      fd,
      sync: false,
      maxLength,
      retryEAGAIN: () => this.#triesLeft-- > 0,
    })
    this.#lines.on('drop', () => this.#lost++)
    this.#lines.on('drain', () => this.#tellLost())
    // Others, as of a full disk, pass: lines wait.
    this.#lines.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') this.#isBroken = true
    })
    process.on('exit', () => this.#writeRest())
  }

  /** `line` ends in a line feed. */
  write(line: string): void {
    if (!this.#isBroken) this.#lines.write(line)
  }

  /** Resolves when all lines are written or nobody reads them, after a second at the latest. */
  async flush(): Promise<void> {
    if (this.#isBroken) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs)
      this.#lines.flush(() => resolve())
    })
    clearTimeout(timer)
  }

  #tellLost(): void {
    if (this.#lost === 0) return
    const lines = this.#lost
    this.#lost = 0
    this.log?.warn({ lines }, 'lines of the log were lost: they were not read in time')
  }

  #writeRest(): void {
    if (this.#isBroken) return
    this.#triesLeft = patienceMs / pauseMs
    try {
      this.#lines.flushSync()
    } catch {
      // Nobody reads it.
    }
  }
}

const outputs = new Map<number, LogOutput>()

/** Of standard output, 1, or standard error, 2: the one of this process. */
export function logOutput(descriptor: 1 | 2): LogOutput {
  const found = outputs.get(descriptor)
  if (found !== undefined) return found
  const output = new LogOutput(descriptor)
  outputs.set(descriptor, output)
  return output
}
