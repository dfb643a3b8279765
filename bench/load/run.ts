/** One measured run: a system, a workload, a rate, a time. */
import { freePorts } from '@sipwright/test/system/free-ports.js'
import { stopAll } from '@sipwright/test/system/processes.js'
import { type CallerOptions, Sipp, type SippSample } from '@sipwright/test/system/sipp.js'
import { type SystemUnderTest } from '../systems/system.js'
import { tasksOf, type TaskTime } from './cpu-time.js'
import { loadCpu, systemCpu } from './processors.js'
import { whyVoid } from './verdict.js'
import { type Workload } from './workload.js'

export interface ProcessTime {
  readonly pid: number
  readonly name: string
  readonly seconds: number
}

export interface Run {
  /** The name of the system. */
  readonly system: string
  /** Calls per second that were asked for. */
  readonly rate: number
  /** Calls that ended well while it was measured. */
  readonly calls: number
  /** Of the whole run. */
  readonly failed: number
  /** Of the whole run, at the caller and at the backends. */
  readonly retransmissions: number
  /** CPU time of the system's whole process tree. */
  readonly microsecondsPerCall: number
  /** Processors' worth that the system used: 1 is a whole one. */
  readonly busy: number
  /** Processors' worth that callers and backends used. */
  readonly generatorBusy: number
  /** CPU seconds per process of the system while it was measured, the busiest first. */
  readonly processes: readonly ProcessTime[]
  /** What the system said of itself at its start: how it reaches the network. */
  readonly how: string | undefined
  /** Why the figures do not count; undefined if they do. */
  readonly void: string | undefined
}

export interface RunOptions {
  readonly workload: Workload
  readonly rate: number
  /** How long it is measured, after the warm-up. */
  readonly seconds: number
  /** Processes that share the work, where the system can. Default: 1. */
  readonly workers?: number
  /** Whether system and load keep to a processor of their own. Default: true. */
  readonly pinned?: boolean
}

/** A process that has just started is given a quarter of the rate for so long, in a run of its own that does not count. */
const coldSeconds = 2
/** Then the rate is held for so long before anything is measured. */
export const warmUpSeconds = 2
/** What the last calls are given to end. */
const lastCallsSeconds = 8
/** What a run takes besides the time that is measured: start, warm-up, the last calls, the end. */
export const secondsAround = coldSeconds + warmUpSeconds + 5

/** Warms up at the rate, measures, and lets the calls end. What goes wrong voids the run. */
export async function measureRun(system: SystemUnderTest, options: RunOptions): Promise<Run> {
  try {
    return await run(system, options)
  } catch (error) {
    const { rate } = options
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    return { ...nothingMeasured, system: system.name, rate, void: reason }
  } finally {
    await stopAll()
  }
}

async function run(system: SystemUnderTest, options: RunOptions): Promise<Run> {
  const { workload, rate, seconds, workers = 1, pinned = true } = options
  const { transport, holdMs } = workload
  const [port = 0, own = 0, first = 0, ...behind] = await freePorts(5)
  const farEnd = {
    ...(pinned && loadCpu !== undefined && { cpu: loadCpu }),
    ...{ transport, sampleMs: 200 },
    // Longer than any run: whatever happens to the benchmark, they end.
    lifetimeSeconds: 70 + seconds,
  }
  const backends = behind.map((backend) =>
    Sipp.answer({ ...farEnd, scenario: { file: workload.backend }, port: backend }),
  )
  const running = await system.start({
    ...{ workload, port, backends: behind, workers },
    cpu: pinned ? systemCpu : undefined,
  })
  const { pid } = running
  const how = system.how?.(running.output)
  const callers = {
    ...{ ...farEnd, scenario: { file: workload.caller }, target: `127.0.0.1:${port}` },
    ...(system.callersFrom !== undefined && { address: system.callersFrom }),
    ...{ socketPerCall: workload.manySources, holdMs },
  }
  await callGently({ ...callers, port: first }, rate)
  const asked = Math.round(rate * (warmUpSeconds + seconds + 1))
  const caller = Sipp.call({
    ...{ ...callers, port: own, callsPerSecond: rate, calls: asked },
    // Calls that have not ended by then have failed.
    lifetimeSeconds: warmUpSeconds + seconds + 1 + lastCallsSeconds,
  })
  await pause(warmUpSeconds * 1_000)
  const loadPids = [caller, ...backends].map((each) => each.process.pid)
  const before = look(pid, loadPids)
  await pause(seconds * 1_000)
  const after = look(pid, loadPids)

  const { created, successful, failed, retransmissions } = await caller.finished()
  const behindCounts = await Promise.all(backends.map((backend) => backend.stopped()))
  const resent = behindCounts.reduce((sum, each) => sum + each.retransmissions, retransmissions)
  const calls = successfulAt(caller.samples, after.at) - successfulAt(caller.samples, before.at)
  const elapsed = (after.at - before.at) / 1_000
  const processes = processesBetween(before.system, after.system)
  const used = processes.reduce((sum, each) => sum + each.seconds, 0)
  const load = secondsOf(after.load) - secondsOf(before.load)
  const outcome = { asked, created, successful, retransmissions: resent }
  return {
    ...{ system: system.name, rate, calls, failed, retransmissions: resent, processes, how },
    microsecondsPerCall: calls === 0 ? NaN : (used * 1e6) / calls,
    busy: used / elapsed,
    generatorBusy: load / elapsed,
    void: whyVoid({ ...outcome, measured: calls, nominal: rate * elapsed }),
  }
}

/** What a process that has just started is called by before `rate` calls per second; ends with the last call. */
export async function callGently(
  callers: Omit<CallerOptions, 'calls' | 'callsPerSecond' | 'lifetimeSeconds'>,
  rate: number,
): Promise<void> {
  const gentle = Math.ceil(rate / 4)
  await Sipp.call({
    ...{ ...callers, callsPerSecond: gentle, calls: gentle * coldSeconds },
    lifetimeSeconds: coldSeconds + lastCallsSeconds,
  }).finished()
}

/** Calls that had ended well at a moment, between two lines of the statistics in proportion. */
export function successfulAt(samples: readonly SippSample[], at: number): number {
  const next = samples.findIndex((sample) => sample.at >= at)
  if (next < 0) return samples.at(-1)?.successful ?? 0
  const [before, after] = [samples[next - 1], samples[next]!]
  if (before === undefined) return after.successful
  const share = after.at === before.at ? 1 : (at - before.at) / (after.at - before.at)
  return before.successful + share * (after.successful - before.successful)
}

/** What each process ran between two looks, the busiest first. A thread that has come since counts from its beginning. */
export function processesBetween(
  before: readonly TaskTime[],
  after: readonly TaskTime[],
): readonly ProcessTime[] {
  const earlier = new Map(before.map(({ tid, nanoseconds }) => [tid, nanoseconds]))
  const processes = new Map<number, ProcessTime>()
  for (const { pid, tid, name, nanoseconds } of after) {
    const seconds = Number(nanoseconds - (earlier.get(tid) ?? 0n)) / 1e9
    const known = processes.get(pid)
    // The first thread of a process carries its name.
    processes.set(pid, {
      ...{ pid, name: known?.name ?? name },
      seconds: seconds + (known?.seconds ?? 0),
    })
  }
  return [...processes.values()].sort((a, b) => b.seconds - a.seconds)
}

const nothingMeasured = {
  ...{ calls: 0, failed: 0, retransmissions: 0, microsecondsPerCall: NaN },
  ...{ busy: NaN, generatorBusy: NaN, processes: [], how: undefined },
}

interface Look {
  readonly at: number
  readonly system: readonly TaskTime[]
  readonly load: readonly TaskTime[]
}

function look(pid: number, loadPids: readonly number[]): Look {
  const system = tasksOf(pid)
  const at = Date.now()
  return { at, system, load: loadPids.flatMap((each) => tasksOf(each)) }
}

function secondsOf(tasks: readonly TaskTime[]): number {
  return Number(tasks.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0n)) / 1e9
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
