/** `sipwright dispatcher …`: destination sets, and what operators do with them. */
import { type Command } from 'commander'
import { type Answers } from '@sipwright/plugin-admin'
import { act, done, exitStatuses, type Said } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { type EdgeClient } from '../operator/edge-client.js'
import {
  type Destination,
  destinationsNamed,
  pathOf,
  setsPath,
} from '../operator/named-destination.js'
import { type Cell, facts, printable, stateCell, table } from '../operator/terminal.js'
import { durationOf, pairsOf, sinceText, wholeNumberOf } from '../operator/values.js'
import { untilIdle } from './drain.js'

interface Named extends ConnectionOptions {
  readonly set?: string
  readonly everySet?: boolean
  readonly reason?: string
}

interface Draining extends Named {
  readonly wait?: boolean
  readonly timeout: string
}

interface Adding extends ConnectionOptions {
  readonly id?: string
  readonly weight?: string
  readonly priority?: string
  readonly maxLoad?: string
  readonly flags?: string
  readonly attr?: readonly string[]
  readonly reason?: string
}

interface Asking extends ConnectionOptions {
  readonly set: readonly string[]
  readonly method?: string
  readonly uri?: string
  readonly from?: string
  readonly to?: string
  readonly callId?: string
  readonly algorithm?: string
}

/** What an operator says of a destination: name of the action, what becomes of it, what is told afterwards. */
const words = [
  ['undrain', 'new requests again', 'takes new requests'],
  ['maintenance', 'no new requests: somebody works on it', 'is in maintenance'],
  ['disable', 'no new requests, and no probes', 'is disabled'],
  ['enable', 'new requests and probes again', 'is enabled'],
] as const

export function addDispatcher(program: Command): void {
  const group = program.command('dispatcher').description('destination sets: see and change')
  const verb = (name: string, about: string): Command =>
    asksEdge(group.command(name)).description(about).addHelpText('after', exitStatuses)
  const named = (name: string, about: string): Command =>
    verb(name, about)
      .option('--set <set>', 'of this set; or write 1/fs1')
      .option('--every-set', 'in every set that has it')
      .option('--reason <text>', 'why, for the audit')

  verb('list [set]', 'every set with its destinations').action(
    (set: string | undefined, options: ConnectionOptions) =>
      act(options, (edge) => list(edge, set)),
  )
  verb('show <destination>', 'all that is known of one')
    .option('--set <set>', 'of this set; or write 1/fs1')
    .action((name: string, options: Named) => act(options, (edge) => show(edge, name, options)))
  verb('add <set> <uri>', 'a further destination, until the edge ends')
    .option('--id <name>', 'what it is called')
    .option('--weight <number>', 'its share')
    .option('--priority <number>', 'the highest first')
    .option('--max-load <calls>', 'calls in progress at most')
    .option('--flags <number>', "Kamailio's bits")
    .option('--attr <name=value...>', 'attributes')
    .option('--reason <text>', 'why, for the audit')
    .action((set: string, uri: string, options: Adding) =>
      act(options, (edge) => add(edge, set, uri, options)),
    )
  named(
    'remove <destination>',
    'takes it out, whatever the sources say, until the edge ends',
  ).action((name: string, options: Named) =>
    act(options, (edge) =>
      each(edge, name, options, async (one) => {
        const { reason } = options
        const answer = await edge.delete<Answers['difference']>(pathOf(one), { reason })
        return [answer, `removed; ${answer.callsAffected} calls of it go on`]
      }),
    ),
  )
  named('weight <destination> <number>', 'another share, until the edge ends').action(
    (name: string, text: string, options: Named) =>
      act(options, (edge) => {
        const weight = wholeNumberOf('weight', text)
        return each(edge, name, options, async (one) => {
          const body = { weight, ...because(options) }
          return [await edge.patch(pathOf(one), body), `weight ${one.weight} → ${weight}`]
        })
      }),
  )
  named('drain <destination>', 'no new requests; calls in progress go on')
    .option('--wait', 'until its last call has ended')
    .option('--timeout <time>', 'wait so long at most', '30m')
    .action((name: string, options: Draining) =>
      act(options, (edge) => {
        const limitMs = durationOf('--timeout', options.timeout)
        return drain(edge, name, options, limitMs)
      }),
    )
  for (const [word, about, then] of words) {
    named(`${word} <destination>`, about).action((name: string, options: Named) =>
      act(options, (edge) =>
        each(edge, name, options, async (one) => [await say(edge, one, word, options), then]),
      ),
    )
  }
  named('probe <destination>', 'asks it now whether it lives').action(
    (name: string, options: Named) => act(options, (edge) => probe(edge, name, options)),
  )
  verb('explain', 'who would be tried for a request, in what order, and why the others not')
    .requiredOption('--set <set...>', 'one set, or several in their order')
    .option('--call-id <text>', 'Call-ID of the request')
    .option('--from <uri>', 'URI in From')
    .option('--to <uri>', 'URI in To')
    .option('--uri <uri>', 'Request-URI')
    .option('--method <method>', 'default: INVITE')
    .option('--algorithm <name>', "instead of the set's own")
    .action((options: Asking) => act(options, (edge) => explain(edge, options)))
  verb('reload', 'reads the sources of destinations again, and applies what differs')
    .option('--dry-run', 'only say what would change')
    .option('--reason <text>', 'why, for the audit')
    .action((options: ConnectionOptions & { dryRun?: boolean; reason?: string }) =>
      act(options, (edge) => reload(edge, options)),
    )
  verb('edits', 'what was said at run time, and still holds').action((options: ConnectionOptions) =>
    act(options, edits),
  )
}

async function list(edge: EdgeClient, only: string | undefined): Promise<Said> {
  const value = await (only === undefined
    ? edge.get<Answers['listSets']>(setsPath)
    : edge
        .get<Answers['set']>(`${setsPath}/${encodeURIComponent(only)}`)
        .then((set) => ({ sets: [set] })))
  const blocks = value.sets.map((set) => {
    const { id, algorithm, panics, counts, destinations } = set
    const panic = panics ? ', panics: health is ignored' : ''
    const head = `set ${id}: ${algorithm}, ${counts.usable} of ${counts.total} usable${panic}\n`
    return printable(head) + table(columns, destinations.map(rowOf))
  })
  return { value, text: blocks.length === 0 ? 'no sets\n' : blocks.join('\n') }
}

/** Of a list of destinations. */
export const columns = [
  'DESTINATION',
  'STATE',
  'SINCE',
  'CALLS',
  'WEIGHT',
  'PRIO',
  'LATENCY',
  'URI',
  'REASON',
]

/** One destination as `columns` names it. */
export function rowOf(one: Destination): readonly Cell[] {
  const { load, caps, weight, weightEffective, latency } = one
  const share = weight === weightEffective ? String(weight) : `${weight} (${weightEffective})`
  return [
    one.id,
    stateCell(one.state),
    sinceText(one.since, Date.now()),
    caps.calls === 0 ? String(load.calls) : `${load.calls}/${caps.calls}`,
    share,
    String(one.priority),
    latency.samples === 0 ? '-' : `${latency.estimateMs.toFixed(1)} ms`,
    one.uri,
    one.reason,
  ]
}

async function show(edge: EdgeClient, name: string, options: Named): Promise<Said> {
  const [one] = await destinationsNamed(edge, name, options)
  const { admin, health, load, caps, counters, latency, probe, attrs } = one
  const text = facts([
    ['destination', `${one.set}/${one.id}`],
    ['uri', one.uri],
    ['state', stateCell(one.state)],
    ['reason', one.reason],
    ['usable', stateCell(one.usable ? 'yes' : 'no')],
    ['operator', [admin.state, admin.reason, admin.who ?? ''].filter((it) => it !== '').join(', ')],
    ['health', `${health.state}, ${health.percent} %`],
    ['calls', caps.calls === 0 ? String(load.calls) : `${load.calls} of ${caps.calls}`],
    ['pending', String(load.pending)],
    ['weight', `${one.weight}, effective ${one.weightEffective}`],
    ['priority', String(one.priority)],
    ['chosen', `${counters.selected} first, ${counters.attempts} tried`],
    [
      'failed',
      `${counters.failedByResponse} by answer, ${counters.failedByNoResponse} silent, ${counters.failedByTransport} not reached`,
    ],
    ['latency', `${latency.estimateMs} ms, at most ${latency.maxMs} ms, of ${latency.samples}`],
    ['probe', `${probe.method} each ${probe.intervalMs / 1_000} s`],
    ['attributes', JSON.stringify(attrs)],
    ['edited', one.edited ? 'yes: not as the sources say' : 'no'],
    ...health.history.map(({ at, state, reason }): [string, string] => [at, `${state} ${reason}`]),
  ])
  return { value: one, text }
}

async function add(edge: EdgeClient, set: string, uri: string, options: Adding): Promise<Said> {
  const { id, attr } = options
  const number = (option: string, text: string | undefined) =>
    text === undefined ? undefined : wholeNumberOf(option, text)
  const body = {
    ...{ uri, id },
    weight: number('--weight', options.weight),
    priority: number('--priority', options.priority),
    maxLoad: number('--max-load', options.maxLoad),
    flags: number('--flags', options.flags),
    ...(attr !== undefined && { attrs: pairsOf('--attr', attr) }),
    ...because(options),
  }
  const path = `${setsPath}/${encodeURIComponent(set)}/destinations`
  const added = await edge.post<Destination>(path, body)
  return done(added, `${added.set}/${added.id}: added, ${added.state}`)
}

async function drain(
  edge: EdgeClient,
  name: string,
  options: Draining,
  limitMs: number,
): Promise<Said> {
  const said = await each(edge, name, options, async (one) => {
    const drained = await say(edge, one, 'drain', options)
    return [drained, `drained, ${drained.load.calls} calls in progress`]
  })
  if (options.wait !== true) return said
  const all = await destinationsNamed(edge, name, options)
  const idle = await untilIdle(edge, all, limitMs, options.json !== true)
  return done(idle, said.text + idle.map((one) => `${one.set}/${one.id}: no calls`).join('\n'))
}

async function probe(edge: EdgeClient, name: string, options: Named): Promise<Said> {
  const all = await destinationsNamed(edge, name, options)
  const found: Answers['probe'][] = []
  for (const one of all)
    found.push(await edge.post(`${pathOf(one)}/actions/probe`, because(options)))
  const lines = found.flatMap(({ findings, destination: { set, id } }) =>
    findings.map(({ signal, state, reason }) => `${set}/${id}: ${signal} ${state} ${reason}`),
  )
  const well = found.every(({ findings }) => findings.every(({ state }) => state === 'up'))
  return { ...done(found, lines.join('\n')), status: well ? 0 : 1 }
}

async function explain(edge: EdgeClient, options: Asking): Promise<Said> {
  const { set, method, uri, from, to, callId, algorithm } = options
  const value = await edge.get<Answers['explain']>('/api/v1/dispatcher/explain', {
    ...{ set, method, uri, from, to, callId, algorithm },
  })
  return { ...done(value, value.text), status: value.candidates.length === 0 ? 1 : 0 }
}

async function reload(
  edge: EdgeClient,
  { dryRun = false, ...options }: { readonly dryRun?: boolean; readonly reason?: string },
): Promise<Said> {
  const query = { dryRun: String(dryRun) }
  const path = '/api/v1/dispatcher/reload'
  const value = await edge.post<Answers['difference']>(path, because(options), query)
  const { lines, callsAffected, warnings } = value
  const gone =
    callsAffected === 0 ? [] : [`${callsAffected} calls are on what goes away; they go on`]
  const what = dryRun ? 'nothing would change' : 'nothing changed'
  const said = lines.length === 0 ? [what] : lines
  return done(value, [...said, ...gone, ...warnings.map((each) => `warning: ${each}`)].join('\n'))
}

async function edits(edge: EdgeClient): Promise<Said> {
  const value = await edge.get<Answers['listEdits']>('/api/v1/dispatcher/edits')
  const rows = value.edits.map(({ set, id, kind, said }) => [
    ...[set, id, kind],
    said === null ? '' : JSON.stringify(said),
  ])
  return { value, text: table(['SET', 'DESTINATION', 'WHAT', 'SAID'], rows) }
}

/** Does something with every destination that is meant; one line for each. */
async function each(
  edge: EdgeClient,
  name: string,
  options: Named,
  run: (one: Destination) => Promise<readonly [value: unknown, text: string]>,
): Promise<Said> {
  const values: unknown[] = []
  const lines: string[] = []
  for (const one of await destinationsNamed(edge, name, options)) {
    const [value, text] = await run(one)
    values.push(value)
    lines.push(`${one.set}/${one.id}: ${text}`)
  }
  return done(values, lines.join('\n'))
}

function say(edge: EdgeClient, one: Destination, word: string, options: Named) {
  return edge.post<Destination>(`${pathOf(one)}/actions/${word}`, because(options))
}

function because({ reason }: { readonly reason?: string }): { readonly reason?: string } {
  return reason === undefined ? {} : { reason }
}
