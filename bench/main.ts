/** `npm run bench`: what sipwright costs, beside Kamailio and npm `sip`. The project's memory of its own speed. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stopAll } from '@sipwright/test/system/processes.js'
import { parseCommandLine, usage, type BenchOptions } from './command-line.js'
import { endOnSignals } from './interruption.js'
import { canPin, exists } from './load/processors.js'
import { formatMachine, thisMachine } from './machine.js'
import { type Bench, type Measure } from './measure.js'
import { calls } from './measures/calls.js'
import { memory } from './measures/memory.js'
import { optionsRequests } from './measures/options.js'
import { parse } from './measures/parse.js'
import { register } from './measures/register.js'
import { selection } from './measures/selection.js'
import { tcp } from './measures/tcp.js'
import { workers } from './measures/workers.js'
import { markdownOf, textOf, type Table } from './report/table.js'
import { systemsByName } from './systems/names.js'

const measures: readonly Measure[] = [
  calls,
  tcp,
  optionsRequests,
  register,
  selection,
  parse,
  memory,
  workers,
]

const known = { measures: measures.map(({ name }) => name), systems: [...systemsByName.keys()] }
const command = parseCommandLine(process.argv.slice(2), known)
switch (command.kind) {
  case 'help': {
    const named = measures.map(({ name, what }) => [name, what] as const)
    process.stdout.write(usage(named, known.systems))
    break
  }
  case 'refused':
    process.stderr.write(`${command.reason}\n`)
    process.exitCode = 2
    break
  case 'bench':
    endOnSignals()
    process.exitCode = await bench(command.options)
}

/** Runs what was asked for; 1 when a figure does not count, else 0. */
async function bench(options: BenchOptions): Promise<number> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const chosen = measures.filter(({ name }) => options.measures.includes(name))
  const missing = chosen.some(({ underLoad }) => underLoad) ? missingCommands(options) : []
  for (const line of missing) log(line)
  const machine = thisMachine()
  const context: Bench = {
    ...{ options, log },
    systems: options.systems.flatMap((name) => {
      const system = systemsByName.get(name)!
      return system.command === undefined || exists(system.command) ? [system] : []
    }),
    deadline: Date.now() + options.maxMinutes * 60_000,
  }
  const expected = chosen.reduce((sum, measure) => sum + measure.seconds(context), 0)
  log(
    `${formatMachine(machine)}\nabout ${minutes(expected)}, at most ${options.maxMinutes} minutes`,
  )
  if (!canPin) log('system and load share their processors: the figures are rough')

  const results: { measure: string; seconds: number; tables: readonly Table[] }[] = []
  const notMeasured: string[] = []
  for (const measure of chosen) {
    const seconds = measure.seconds(context)
    const reason = whyNot(measure, seconds, context)
    if (reason !== undefined) {
      notMeasured.push(`${measure.name}: ${reason}`)
      continue
    }
    log(`${measure.name}: about ${minutes(seconds)}`)
    const startedAt = Date.now()
    try {
      const tables = await measure.run(context)
      results.push({ measure: measure.name, seconds: (Date.now() - startedAt) / 1_000, tables })
    } catch (error) {
      notMeasured.push(`${measure.name}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      await stopAll()
    }
  }

  const format = options.markdown ? markdownOf : textOf
  const remarks = [...missing, ...notMeasured.map((each) => `not measured: ${each}`)]
  const tables = results.flatMap((result) => result.tables)
  const parts = [formatMachine(machine), ...tables.map(format), ...remarks]
  process.stdout.write(`${parts.join('\n\n')}\n`)
  if (options.json !== undefined) {
    const report = { machine, options, missing, notMeasured, results }
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  }
  return notMeasured.length > 0 || tables.some(({ voided }) => voided.length > 0) ? 1 : 0
}

/** Installs what can be installed; a line for each command that is still not there. */
function missingCommands({ systems }: BenchOptions): readonly string[] {
  const tool = join(
    dirname(fileURLToPath(import.meta.url)),
    '..',
    '..',
    'tools',
    'debian-packages.mjs',
  )
  const needed = ['sipp', ...systems.flatMap((name) => systemsByName.get(name)?.command ?? [])]
  return needed.flatMap((command) => {
    if (exists(command)) return []
    spawnSync(process.execPath, [tool, command], { stdio: ['ignore', 2, 2] })
    return exists(command) ? [] : [`${command} is not installed: the bench goes on without it`]
  })
}

function whyNot(measure: Measure, seconds: number, bench: Bench): string | undefined {
  if (measure.underLoad && !exists('sipp')) return 'SIPp is not installed'
  if (measure.underLoad && bench.systems.length === 0) return 'no system is there'
  if (Date.now() + seconds * 1_000 > bench.deadline) return 'time is up (--max-minutes)'
  return undefined
}

function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`
}
