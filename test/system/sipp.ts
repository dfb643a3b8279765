/** SIPp as callers and backends: far ends that were not written by us. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from './processes.js'
import { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js'

// The scenarios stand beside the sources, not beside what was compiled from them.
const scenarios = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'system', 'scenarios')

export type Scenario =
  | 'caller'
  | 'connecting-caller'
  | 'hung-up-on-caller'
  | 'backend'
  | 'answering-backend'
  | 'hanging-up-backend'
  | 'busy-backend'
  | 'authenticating-caller'
  | 'registering-phone'

/** What SIPp's statistics say at its end. */
export interface SippCounts {
  readonly created: number
  readonly successful: number
  readonly failed: number
  readonly retransmissions: number
  /** Why calls failed, in SIPp's words, and how many each time; absent: none did. */
  readonly reasons?: Readonly<Record<string, number>>
}

/** The counts at one moment of the run. */
export interface SippSample extends SippCounts {
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface SippOptions {
  /** One of ours, or the path of a file. */
  readonly scenario: Scenario | { readonly file: string }
  /** The processor that it is pinned to. */
  readonly cpu?: number
  readonly transport?: 'udp' | 'tcp'
  readonly address?: string
  readonly port: number
  /** It ends by itself after so long; a caller then counts as failed. Default: 60 for callers, endless for others. */
  readonly lifetimeSeconds?: number
  /** How often the counts are written down. Default: every second. */
  readonly sampleMs?: number
}

export interface CallerOptions extends SippOptions {
  readonly target: string
  readonly callsPerSecond: number
  readonly calls: number
  readonly holdMs?: number
  /** Every call from a UDP socket of its own, as from many phones. Default: all from `port`. */
  readonly socketPerCall?: boolean
  /** Calls in progress at most; no further one is made before one has ended. Default: 3000. */
  readonly callsAtOnce?: number
  /** A call that waits longer for a message has failed. Default: it waits on. */
  readonly patienceMs?: number
  /** False: what it sent over UDP and was lost stays lost. Default: it is sent again (RFC 3261 §17.1). */
  readonly resends?: boolean
}

/** Of SIPp's sockets; the kernel gives of it what it may: a busy machine must not lose what was sent. */
const bufferBytes = 4_194_304
/** How long a caller lives that was not told otherwise. */
const defaultLifetimeSeconds = 60
/** An overloaded SIPp can hang: after so long it is killed, and what it has written so far counts. */
const stuckAfterMs = 5_000

/** One SIPp process. */
export class Sipp {
  readonly process: RunningProcess
  /** The counts over time; empty before `finished` or `stopped`. */
  samples: readonly SippSample[] = []
  readonly #folder: string
  readonly #startedAt = Date.now()
  readonly #lifetimeSeconds: number

  private constructor(process: RunningProcess, folder: string, lifetimeSeconds: number) {
    this.process = process
    this.#folder = folder
    this.#lifetimeSeconds = lifetimeSeconds
  }

  /** Waits for calls until it is stopped. */
  static answer(options: SippOptions): Sipp {
    const { lifetimeSeconds } = options
    return start(options, lifetimeSeconds === undefined ? [] : ['-timeout', `${lifetimeSeconds}s`])
  }

  /** Makes its calls, bounded in number and time. */
  static call(options: CallerOptions): Sipp {
    const { callsPerSecond, calls, callsAtOnce = 3_000, holdMs = 100, patienceMs } = options
    const { lifetimeSeconds = defaultLifetimeSeconds, resends = true } = options
    return start(options, [
      ...(resends ? [] : ['-nr']),
      ...['-r', String(callsPerSecond), '-m', String(calls), '-l', String(callsAtOnce)],
      ...['-d', String(holdMs), '-timeout', `${lifetimeSeconds}s`, '-timeout_error'],
      ...(patienceMs === undefined ? [] : ['-recv_timeout', String(patienceMs)]),
      options.target,
    ])
  }

  /** @internal */
  static of(process: RunningProcess, folder: string, lifetimeSeconds: number): Sipp {
    return new Sipp(process, folder, lifetimeSeconds)
  }

  /** A caller ends when the calls in progress have. */
  makeNoMoreCalls(): void {
    this.process.signal('SIGUSR1')
  }

  /** The counts of a caller that has made all its calls. */
  async finished(): Promise<SippCounts> {
    // It ends by itself at the end of its lifetime, unless it is stuck.
    const endsBy = this.#startedAt + this.#lifetimeSeconds * 1_000
    await this.#ended(endsBy - Date.now() + stuckAfterMs)
    return this.#counts()
  }

  /** Stops a backend in good order and returns its counts. */
  async stopped(): Promise<SippCounts> {
    // SIPp ends by SIGUSR1 when its calls have; a second one ends it at once.
    this.makeNoMoreCalls()
    const timer = setTimeout(() => this.process.signal('SIGUSR1'), 500)
    await this.#ended(stuckAfterMs)
    clearTimeout(timer)
    return this.#counts()
  }

  async #ended(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.process.signal('SIGKILL'), withinMs)
    await this.process.exited
    clearTimeout(timer)
  }

  #counts(): SippCounts {
    this.samples = this.#read()
    removeTemporaryFolder(this.#folder)
    const { at: _at, ...counts } = this.samples.at(-1)!
    return counts
  }

  #read(): SippSample[] {
    const file = readdirSync(this.#folder).find((name) => name.endsWith('.csv'))
    if (file === undefined) throw new Error(`SIPp left no statistics:\n${this.process.output}`)
    return samplesOf(readFileSync(join(this.#folder, file), 'latin1'))
  }
}

/** What SIPp's statistics file says, line by line, but for one that was cut off; throws for a file without the counts. */
export function samplesOf(text: string): SippSample[] {
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split(';')
  const whole = lines.map((line) => line.split(';')).filter(({ length }) => length >= names.length)
  const samples = whole.map((values): SippSample => {
    const value = (name: string): number => {
      // A moment is given as date, time and seconds since the epoch.
      const count = Number(values[names.indexOf(name)]?.split('\t').at(-1))
      if (!Number.isFinite(count)) throw new Error(`SIPp's statistics have no ${name}`)
      return count
    }
    const sample = {
      at: value('CurrentTime') * 1_000,
      created: value('TotalCallCreated'),
      successful: value('SuccessfulCall(C)'),
      failed: value('FailedCall(C)'),
      retransmissions: value('Retransmissions(C)'),
    }
    return sample.failed > 0 ? { ...sample, reasons: reasonsOf(names, value) } : sample
  })
  if (samples.length === 0) throw new Error("SIPp's statistics are empty")
  return samples
}

/** `FailedTimeoutOnRecv(C)` and the like, where they are not 0. */
function reasonsOf(
  names: readonly string[],
  value: (name: string) => number,
): Record<string, number> {
  const reasons: Record<string, number> = {}
  for (const name of names) {
    const [, reason] = /^Failed(\w+)\(C\)$/.exec(name) ?? []
    if (reason !== undefined && reason !== 'Call' && value(name) > 0) reasons[reason] = value(name)
  }
  return reasons
}

function start(options: SippOptions & Partial<CallerOptions>, more: readonly string[]): Sipp {
  const { scenario, transport = 'udp', address = '127.0.0.1', port, cpu } = options
  const { sampleMs = 1_000 } = options
  const folder = temporaryFolder('sipp')
  const args = [
    ...['-sf', fileOf(scenario), '-i', address, '-p', String(port)],
    ...[
      '-t',
      `${transport[0]!}${options.socketPerCall === true ? 'n' : '1'}`,
      '-nostdin',
      '-s',
      'service',
    ],
    ...['-trace_stat', '-stf', join(folder, 'counts.csv'), '-fd', `${sampleMs}ms`],
    ...['-max_socket', options.socketPerCall === true ? '10000' : '1000'],
    ...['-buff_size', String(bufferBytes)],
    ...more,
  ]
  const process =
    cpu === undefined
      ? new RunningProcess('sipp', args, folder)
      : new RunningProcess('taskset', ['-c', String(cpu), 'sipp', ...args], folder)
  return Sipp.of(process, folder, options.lifetimeSeconds ?? defaultLifetimeSeconds)
}

function fileOf(scenario: SippOptions['scenario']): string {
  return typeof scenario === 'string' ? join(scenarios, `${scenario}.xml`) : scenario.file
}
