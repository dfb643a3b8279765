/** `npm run soak`: the sample under steady load for long, and whether what it holds stays the same. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@sipwright/test/system/free-ports.js'
import { stopAll } from '@sipwright/test/system/processes.js'
import { Sipp, type SippSample } from '@sipwright/test/system/sipp.js'
import { temporaryFolder } from '@sipwright/test/system/temporary-folder.js'
import { endOnSignals } from '../interruption.js'
import { exists, loadCpu, systemCpu } from '../load/processors.js'
import { callGently, measureRun } from '../load/run.js'
import { searchRate } from '../load/step-search.js'
import { callsOverUdp } from '../load/workload.js'
import { formatMachine, thisMachine } from '../machine.js'
import { textOf } from '../report/table.js'
import { sipwright, startSipwright } from '../systems/sipwright.js'
import { parseSoakCommandLine, soakUsage, type SoakOptions } from './command-line.js'
import { samplesOf } from './probe-lines.js'
import { type Held, heldBy, meanOf } from './process-tree.js'
import { soakTable } from './report.js'
import { type SoakSample, trendsOf } from './verdict.js'

const lookMs = 1_000
/** A heap grows and is collected all the time: the mean of so many looks tells more than one. */
const looksPerSample = 10

const command = parseSoakCommandLine(process.argv.slice(2))
switch (command.kind) {
  case 'help':
    process.stdout.write(soakUsage)
    break
  case 'refused':
    process.stderr.write(`${command.reason}\n`)
    process.exitCode = 2
    break
  case 'soak':
    endOnSignals()
    try {
      process.exitCode = await soak(command.options)
    } finally {
      await stopAll()
    }
}

/** 0 when everything stays the same and no call failed, else 1. */
async function soak(options: SoakOptions): Promise<number> {
  if (!exists('sipp')) {
    log('SIPp is not installed')
    return 1
  }
  const machine = thisMachine()
  log(formatMachine(machine))
  const capacity = options.capacity ?? (await measuredCapacity(options))
  const rate = Math.max(1, Math.round(capacity * options.load))
  const calls = Math.min(options.maxCalls, rate * options.minutes * 60)
  const seconds = calls / rate
  log(
    `${rate} calls/s (${options.load} of ${capacity}) for ${(seconds / 60).toFixed(1)} minutes: ${calls} calls`,
  )

  const { samples, counts, made } = await run(options, rate, calls)
  const trends = trendsOf(samples, options.warmUpMinutes * 60)
  const table = soakTable(trends, counts, calls)
  process.stdout.write(`${formatMachine(machine)}\n\n${textOf(table)}\n`)
  if (options.json !== undefined) {
    const report = { machine, options, capacity, rate, calls, counts, trends, samples, made }
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  }
  const steady = trends.every(({ verdict }) => verdict === 'flat')
  return steady && table.voided.length === 0 ? 0 : 1
}

/** The highest rate that holds, by a short search. */
async function measuredCapacity({ workers }: SoakOptions): Promise<number> {
  log('measuring the capacity')
  const { held } = await searchRate(
    { from: 1_000, upTo: 20_000, steps: 5 },
    (rate) =>
      measureRun(sipwright, {
        workload: callsOverUdp,
        rate,
        seconds: 3,
        workers,
        pinned: workers === 1,
      }),
    (result) => result.void === undefined,
  )
  if (held === undefined)
    throw new Error('the system holds no rate at all: give one with --capacity')
  return held.rate
}

async function run(
  { workers }: SoakOptions,
  rate: number,
  calls: number,
): Promise<{
  samples: readonly SoakSample[]
  counts: { created: number; successful: number; retransmissions: number }
  /** The caller's counts second by second. */
  made: readonly SippSample[]
}> {
  const probed = join(temporaryFolder('soak'), 'probe.jsonl')
  // A run can end before the first look.
  writeFileSync(probed, '')
  const [port, first, own] = [await freePort(), await freePort(), await freePort()]
  const backends = [await freePort(), await freePort()]
  const pinned = workers === 1
  const lifetimeSeconds = Math.ceil(calls / rate) + 60
  const farEnd = {
    ...(pinned && loadCpu !== undefined && { cpu: loadCpu }),
    lifetimeSeconds,
  }
  const behind = backends.map((backend) =>
    Sipp.answer({ ...farEnd, scenario: { file: callsOverUdp.backend }, port: backend }),
  )
  const probe = fileURLToPath(new URL('probe.js', import.meta.url))
  const { pid } = await startSipwright(
    { workload: callsOverUdp, port, backends, cpu: pinned ? systemCpu : undefined, workers },
    // Inherited by workers, so that each of them is looked into.
    [`SIPWRIGHT_SOAK_PROBE=${probed}`, `NODE_OPTIONS=--import=${probe}`],
  )
  const callers = {
    ...{ ...farEnd, scenario: { file: callsOverUdp.caller }, target: `127.0.0.1:${port}` },
    holdMs: callsOverUdp.holdMs,
  }
  await callGently({ ...callers, port: first }, rate)
  const startedAt = Date.now()
  const caller = Sipp.call({ ...callers, port: own, callsPerSecond: rate, calls })
  const outside: SoakSample[] = []
  const looks: Held[] = []
  const timer = setInterval(() => {
    looks.push(heldBy(pid))
    if (looks.length < looksPerSample) return
    const values = { ...meanOf(looks.splice(0)) }
    const sample = { at: (Date.now() - startedAt) / 1_000, values }
    outside.push(sample)
    log(
      `${sample.at.toFixed(0)} s: ${(values.resident / 1_048_576).toFixed(0)} MiB resident, ${values.descriptors} descriptors`,
    )
  }, lookMs)
  const counts = await caller.finished()
  clearInterval(timer)
  const behindCounts = await Promise.all(behind.map((each) => each.stopped()))
  const retransmissions = behindCounts.reduce(
    (sum, each) => sum + each.retransmissions,
    counts.retransmissions,
  )
  const samples = [...outside, ...samplesOf(readFileSync(probed, 'latin1'), startedAt)]
  return { samples, counts: { ...counts, retransmissions }, made: caller.samples }
}

function log(line: string): void {
  process.stderr.write(`${line}\n`)
}
