/** SIPp as callers and backends: far ends that were not written by us. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from './processes.js'

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

/** What SIPp's statistics say at its end. */
export interface SippCounts {
  readonly created: number
  readonly successful: number
  readonly failed: number
  readonly retransmissions: number
}

export interface SippOptions {
  /** One of ours, or the path of a file. */
  readonly scenario: Scenario | { readonly file: string }
  /** The processor that it is pinned to. */
  readonly cpu?: number
  readonly transport?: 'udp' | 'tcp'
  readonly address?: string
  readonly port: number
}

export interface CallerOptions extends SippOptions {
  readonly target: string
  readonly callsPerSecond: number
  readonly calls: number
  readonly holdMs?: number
}

/** One SIPp process. */
export class Sipp {
  readonly process: RunningProcess
  readonly #folder: string

  private constructor(process: RunningProcess, folder: string) {
    this.process = process
    this.#folder = folder
  }

  /** Waits for calls until it is stopped. */
  static answer(options: SippOptions): Sipp {
    return start(options, [])
  }

  /** Makes its calls, bounded in number and time. */
  static call(options: CallerOptions): Sipp {
    return start(options, [
      ...['-r', String(options.callsPerSecond), '-m', String(options.calls)],
      ...['-l', '3000', '-d', String(options.holdMs ?? 100), '-timeout', '60s', '-timeout_error'],
      options.target,
    ])
  }

  /** @internal */
  static of(process: RunningProcess, folder: string): Sipp {
    return new Sipp(process, folder)
  }

  /** The counts of a caller that has made all its calls. */
  async finished(): Promise<SippCounts> {
    await this.process.exited
    return this.#counts()
  }

  /** Stops a backend in good order and returns its counts. */
  async stopped(): Promise<SippCounts> {
    // SIPp ends by SIGUSR1 when its calls have; a second one ends it at once.
    this.process.signal('SIGUSR1')
    const timer = setTimeout(() => this.process.signal('SIGUSR1'), 500)
    await this.process.exited
    clearTimeout(timer)
    return this.#counts()
  }

  #counts(): SippCounts {
    const counts = this.#read()
    rmSync(this.#folder, { recursive: true })
    return counts
  }

  #read(): SippCounts {
    const file = readdirSync(this.#folder).find((name) => name.endsWith('.csv'))
    if (file === undefined) throw new Error(`SIPp left no statistics:\n${this.process.output}`)
    const lines = readFileSync(join(this.#folder, file), 'latin1').trim().split('\n')
    const names = lines[0]!.split(';')
    const values = lines.at(-1)!.split(';')
    const value = (name: string): number => {
      const count = Number(values[names.indexOf(name)])
      if (!Number.isFinite(count)) throw new Error(`SIPp's statistics have no ${name}`)
      return count
    }
    return {
      created: value('TotalCallCreated'),
      successful: value('SuccessfulCall(C)'),
      failed: value('FailedCall(C)'),
      retransmissions: value('Retransmissions(C)'),
    }
  }
}

function start(options: SippOptions, more: readonly string[]): Sipp {
  const { scenario, transport = 'udp', address = '127.0.0.1', port, cpu } = options
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'))
  const args = [
    ...['-sf', fileOf(scenario), '-i', address, '-p', String(port)],
    ...['-t', transport === 'udp' ? 'u1' : 't1', '-nostdin', '-s', 'service'],
    ...['-trace_stat', '-stf', join(folder, 'counts.csv'), '-fd', '1', '-max_socket', '1000'],
    ...more,
  ]
  const process =
    cpu === undefined
      ? new RunningProcess('sipp', args, folder)
      : new RunningProcess('taskset', ['-c', String(cpu), 'sipp', ...args], folder)
  return Sipp.of(process, folder)
}

function fileOf(scenario: SippOptions['scenario']): string {
  return typeof scenario === 'string' ? join(scenarios, `${scenario}.xml`) : scenario.file
}
