/** `sipwright logs`: lines of the log as they are written. */
import { type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { act, exitStatuses, print, untilInterrupted } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { type Colour, paint, printable } from '../operator/terminal.js'

interface Following extends ConnectionOptions {
  readonly level: string
}

/** As pino numbers them. */
const levels: readonly {
  readonly name: string
  readonly number: number
  readonly colour: Colour
}[] = [
  { name: 'debug', number: 20, colour: 'grey' },
  { name: 'info', number: 30, colour: 'green' },
  { name: 'warn', number: 40, colour: 'yellow' },
  { name: 'error', number: 50, colour: 'red' },
]

export function addLogs(program: Command): void {
  asksEdge(program.command('logs'))
    .description('lines of the log, from now on, until Ctrl-C')
    .option('-f, --follow', 'what it does anyway: the edge keeps no lines of before')
    .option('--level <level>', 'the least serious ones: debug, info, warn, error', 'debug')
    .addHelpText('after', exitStatuses)
    .action((options: Following) =>
      act(options, async (edge) => {
        const least = levels.find(({ name }) => name === options.level)?.number
        if (least === undefined) {
          const expected = levels.map(({ name }) => name).join(', ')
          throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--level', options.level, expected])
        }
        for await (const { topic, data } of edge.events(['logs'], untilInterrupted())) {
          if (topic !== 'logs') continue
          const line = data as Line
          if (numberOf(line) < least) continue
          await print(`${options.json === true ? JSON.stringify(line) : formatLine(line)}\n`)
        }
        return undefined
      }),
    )
}

interface Line {
  readonly level?: unknown
  readonly time?: unknown
  readonly msg?: unknown
  readonly [field: string]: unknown
}

function numberOf({ level }: Line): number {
  if (typeof level === 'number') return level
  return levels.find(({ name }) => name === level)?.number ?? 30
}

/** `12:01:02.345 WARN  a destination is down {"destination":"fs1"}` */
export function formatLine(line: Line, colourful?: boolean): string {
  const { level: _level, time, msg, ...fields } = line
  const number = numberOf(line)
  const { name, colour } = levels.findLast((each) => each.number <= number) ?? levels[0]!
  const date = typeof time === 'number' || typeof time === 'string' ? new Date(time) : new Date()
  const clock = Number.isNaN(date.getTime()) ? '--:--:--.---' : date.toISOString().slice(11, 23)
  const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`
  const word = paint(name.toUpperCase().padEnd(5), colour, colourful)
  const text = typeof msg === 'string' ? msg : ''
  return `${clock} ${word} ${printable(text)}${paint(printable(rest), 'grey', colourful)}`
}
