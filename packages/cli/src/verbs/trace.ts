/** `sipwright trace`: the last calls, the ladder of one, and what happens to them now. */
import { writeFileSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { type Answers } from '@sipwright/plugin-admin'
import { act, done, exitStatuses, print, type Said, untilInterrupted } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { type EdgeClient } from '../operator/edge-client.js'
import { type Cell, stateCell, table } from '../operator/terminal.js'

interface Tracing extends ConnectionOptions {
  readonly from?: string
  readonly to?: string
  readonly state?: string
  readonly destination?: string
  readonly method?: string
  readonly callId?: string
  readonly limit: string
  readonly follow?: boolean
  readonly format: 'text' | 'mermaid' | 'pcap'
  readonly out?: string
}

type Summary = Answers['listTraces']['traces'][number]

const path = '/api/v1/traces'
const head = [
  'ID',
  'AT',
  'METHOD',
  'STATE',
  'ANSWER',
  'DESTINATION',
  'TRIES',
  'FROM',
  'TO',
  'CALL-ID',
]

export function addTrace(program: Command): void {
  asksEdge(program.command('trace [id]'))
    .description('the last calls, newest first; with an id the ladder of one')
    .option('--from <text>', 'a part of the URI in From')
    .option('--to <text>', 'a part of the URI in To')
    .option('--state <state>', 'trying, early, up, ended, failed or cancelled')
    .option('--destination <id>', 'where it went last')
    .option('--method <method>', 'INVITE, MESSAGE …')
    .option('--call-id <text>', 'of either leg')
    .option('--limit <number>', 'so many at most', '20')
    .option('-f, --follow', 'what happens to calls from now on, until Ctrl-C')
    .addOption(
      new Option('--format <name>', 'of the ladder')
        .choices(['text', 'mermaid', 'pcap'])
        .default('text'),
    )
    .option('-o, --out <file>', 'where the ladder is written; pcap needs it')
    .addHelpText('after', exitStatuses)
    .action((id: string | undefined, options: Tracing) =>
      act(options, (edge) => {
        if (id !== undefined) return ladder(edge, id, options)
        return options.follow === true ? follow(edge, options) : list(edge, options)
      }),
    )
}

async function list(edge: EdgeClient, options: Tracing): Promise<Said> {
  const { from, to, state, destination, method, callId, limit } = options
  const query = { from, to, state, destination, method, callId, limit }
  const value = await edge.get<Answers['listTraces']>(path, query)
  return { value, text: table(head, value.traces.map(rowOf)) }
}

function rowOf(each: Summary): readonly Cell[] {
  return [
    ...[each.id, each.startedAt.slice(11, 23), each.method, stateCell(each.state)],
    ...[each.status === null ? '-' : String(each.status), each.destination ?? '-'],
    ...[String(each.attempts), each.from, each.to, each.callId],
  ]
}

async function ladder(edge: EdgeClient, id: string, options: Tracing): Promise<Said | undefined> {
  const place = `${path}/${encodeURIComponent(id)}`
  const { format, out, json } = options
  if (json === true) return { value: await edge.get(place), text: '' }
  if (format === 'pcap' && out === undefined) {
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--format', 'pcap', 'a file, by --out'])
  }
  const bytes = await edge.bytes(`${place}/${format}`)
  if (out === undefined) return { value: null, text: bytes.toString() }
  try {
    writeFileSync(out, bytes)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--out', found, 'a file that can be written'], {
      cause,
    })
  }
  return done({ id, out }, `${id}: written to ${out}`)
}

/** One line for each change; a call that is not listed any more is told as it was. */
async function follow(edge: EdgeClient, { json }: Tracing): Promise<undefined> {
  for await (const { topic, data } of edge.events(['traces'], untilInterrupted())) {
    if (topic !== 'traces') continue
    const { id, state, status, destination } = data as Change
    const answer = status === null ? '' : ` ${status}`
    const text = `${id} ${state}${answer} ${destination ?? '-'}`
    const said = done(data, text)
    await print(json === true ? `${JSON.stringify(data)}\n` : said.text)
  }
  return undefined
}

/** What the topic tells of a trace. */
type Change = Pick<Summary, 'id' | 'state' | 'status' | 'destination'>
