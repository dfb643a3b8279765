/** One measured run: a system, a rate, a time. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@sipwright/test/system/free-ports.js'
import { stopAll } from '@sipwright/test/system/processes.js'
import { Sipp, type SippCounts } from '@sipwright/test/system/sipp.js'
import { cpuTimeOf } from './cpu-time.js'
import { loadCpu, type SystemUnderTest } from './systems/system.js'

export interface Run {
  readonly system: string
  readonly callsPerSecond: number
  readonly microsecondsPerCall: number
  readonly counts: SippCounts
  /** Why the figure does not count; undefined if it does. */
  readonly void: string | undefined
}

const scenarios = join(dirname(fileURLToPath(import.meta.url)), '..', 'scenarios')
const warmUpSeconds = 2
/** More retransmissions than this share of the calls, and somebody was overloaded. */
const retransmissionsAllowed = 0.001

/** Warms up at the rate, measures for `seconds`, and lets the calls end. */
export async function measure(
  system: SystemUnderTest,
  callsPerSecond: number,
  seconds: number,
): Promise<Run> {
  try {
    const [port, own, ...behind] = await freePorts(4)
    for (const backend of behind) {
      Sipp.answer({ scenario: scenario('backend'), port: backend, cpu: loadCpu })
    }
    const { pid } = await system.start(port, behind)
    const calls = callsPerSecond * (warmUpSeconds + seconds + 1)
    const caller = Sipp.call({
      scenario: scenario('caller'),
      ...{ target: `127.0.0.1:${port}`, port: own, cpu: loadCpu, holdMs: 100, callsPerSecond },
      calls,
    })
    const startedAt = Date.now()
    await pause(warmUpSeconds * 1_000)
    const [cpuBefore, timeBefore] = [cpuTimeOf(pid), process.hrtime.bigint()]
    await pause(seconds * 1_000)
    const [cpuAfter, timeAfter] = [cpuTimeOf(pid), process.hrtime.bigint()]
    const counts = await caller.finished()
    const elapsedSeconds = (Date.now() - startedAt) / 1_000
    const expected = (Number(timeAfter - timeBefore) / 1e9) * callsPerSecond
    return {
      system: system.name,
      callsPerSecond,
      microsecondsPerCall: Number(cpuAfter - cpuBefore) / 1_000 / expected,
      counts,
      void: whyVoid(counts, calls, elapsedSeconds / (calls / callsPerSecond)),
    }
  } finally {
    await stopAll()
  }
}

/** The generator may take so much longer than its rate says, start and last calls included. */
const slownessAllowed = 1.15

/**
 * A run counts when every call that was asked for was made and ended well, hardly a message was sent twice, and the
 * generator kept its rate: `slowness` is the time it took by the time its calls take at that rate.
 */
export function whyVoid(
  { created, successful, retransmissions }: SippCounts,
  calls: number,
  slowness = 1,
): string | undefined {
  if (created < calls) return `${created} of ${calls} calls were made`
  if (slowness > slownessAllowed) return `the generator took ${slowness.toFixed(2)} times its time`
  if (successful < created) return `${created - successful} of ${created} calls failed`
  if (retransmissions > created * retransmissionsAllowed) {
    return `${retransmissions} retransmissions in ${created} calls`
  }
  return undefined
}

function scenario(name: string): { readonly file: string } {
  return { file: join(scenarios, `${name}.xml`) }
}

async function freePorts(count: 4): Promise<[number, number, number, number]>
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await freePort())
  return [...ports]
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
