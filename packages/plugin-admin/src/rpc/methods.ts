/** The commands of Kamailio's scripts and exporters, with the scope that each needs. */
import { SipError } from '@sipwright/framework'
import { type Destination, kamailioHash } from '@sipwright/plugin-dispatcher'
import { type Scope } from '../access/scope.js'
import { type Admin } from '../admin.js'
import { type ShownCall } from '../calls.js'
import { type Call } from '../http/endpoint.js'
import { merged, type Family } from '../metrics/family.js'
import { listCalls } from '../routes/calls.js'
import { reloadQuestion } from '../routes/dispatcher.js'
import { metricsQuestion } from '../routes/metrics.js'
import { dispatcherList } from './dispatcher-list.js'
import { invalidParameters, RpcFault } from './json-rpc.js'
import { selected, statistics } from './statistics.js'

/** Who calls, and what it is done with. */
export type Caller = Pick<Call, 'admin' | 'principal' | 'source'>

export interface RpcMethod {
  readonly scope: Scope
  /** What it answers, for the README. */
  readonly summary: string
  readonly run: (params: readonly string[], caller: Caller) => unknown
}

/** Calls that `dlg.list` tells at most. */
const mostDialogs = 1_000

export const rpcMethods: ReadonlyMap<string, RpcMethod> = new Map<string, RpcMethod>([
  ['core.echo', { scope: 'read', summary: 'its parameters', run: (params) => params }],
  [
    'core.uptime',
    {
      scope: 'read',
      summary: '`now`, `up_since`, `uptime`',
      run: (_params, { admin }) => {
        const uptime = Math.floor((admin.times.now() - admin.startedAt) / 1_000)
        const now = admin.times.wall()
        return { now: ctime(now), up_since: ctime(now - uptime * 1_000), uptime }
      },
    },
  ],
  [
    'core.version',
    {
      scope: 'read',
      summary: '`sipwright 1.0.0 (x64/linux)`',
      run: (_params, { admin }) =>
        `sipwright ${admin.version} (${process.arch}/${process.platform})`,
    },
  ],
  [
    'dispatcher.list',
    {
      scope: 'read',
      summary: '`NRSETS`, `RECORDS[].SET.TARGETS[].DEST`; `short`: without attributes',
      run: ([mode], { admin }) => dispatcherList(admin.dispatcher.sets(), mode === 'short'),
    },
  ],
  [
    'dispatcher.reload',
    {
      scope: 'admin',
      summary: 'reads the sources again',
      run: (_params, caller) => reload(caller),
    },
  ],
  [
    'dispatcher.set_state',
    {
      scope: 'operate',
      summary:
        'state (a, t, i, d; a second letter p or x is taken and changes nothing), set, URI or `all`',
      run: setState,
    },
  ],
  [
    'dispatcher.add',
    { scope: 'admin', summary: 'set, URI, flags, priority, attributes', run: add },
  ],
  ['dispatcher.remove', { scope: 'admin', summary: 'set, URI', run: remove }],
  [
    'dispatcher.ping_active',
    {
      scope: 'admin',
      summary: '0: nobody is probed, 1: again; `OldPingState`, `NewPingState`',
      run: pingActive,
    },
  ],
  [
    'dispatcher.hash',
    {
      scope: 'read',
      summary: 'slots, value, second value: `hashid` and `slot` of `kamailio:0`',
      run: ([slots = '', one, two]) => {
        const count = wholeNumber(slots)
        if (count === undefined || count === 0 || one === undefined) return invalidParameters
        const hashid = kamailioHash(one, two)
        return { hashid, slot: hashid % count }
      },
    },
  ],
  [
    'dlg.list',
    {
      scope: 'operate',
      summary: 'calls in progress; what a proxy without dialogs does not keep is empty',
      run: async (_params, { admin }) => {
        const { calls } = await listCalls(admin, { limit: mostDialogs })
        return calls.map((each) => dialog(each, admin.times.wall()))
      },
    },
  ],
  [
    'dlg.stats_active',
    {
      scope: 'read',
      summary: '`starting`, `connecting`, `answering`, `ongoing`, `all`',
      run: async (_params, { admin }) => {
        const all = await figures(admin)
        const [ongoing = 0, starting = 0] = ['dialog:active_dialogs', 'dialog:early_dialogs'].map(
          (name) => all.get(name),
        )
        return { starting, connecting: 0, answering: 0, ongoing, all: starting + ongoing }
      },
    },
  ],
  [
    'stats.get_statistics',
    {
      scope: 'read',
      summary: '`all`, a group such as `core:`, or names: `["core:rcv_requests = 0"]`',
      run: async (params, { admin }) => {
        if (params.length === 0) return noStatistics
        const found = selected(await figures(admin), params)
        return found.map(([name, value]) => `${name} = ${value}`)
      },
    },
  ],
  [
    'stats.fetch',
    {
      scope: 'read',
      summary: 'the same as an object: `{ "core.rcv_requests": "0" }`',
      run: async (params, { admin }) => {
        if (params.length === 0) return noStatistics
        const found = selected(await figures(admin), params)
        return Object.fromEntries(
          found.map(([name, value]) => [name.replace(':', '.'), String(value)]),
        )
      },
    },
  ],
  [
    'system.listMethods',
    { scope: 'read', summary: 'these names', run: () => [...rpcMethods.keys()] },
  ],
])

const noStatistics = new RpcFault(400, 'Please provide which stats to retrieve')

async function reload(caller: Caller): Promise<unknown> {
  const { admin } = caller
  const { dispatcher } = admin
  try {
    await admin.change(
      caller,
      { action: 'dispatcher.reload', target: 'sets', reason: byRpc },
      () => dispatcher.revision,
      () => dispatcher.reload(),
    )
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    return new RpcFault(500, `Reload Failed: ${error.message}`)
  }
  await admin.colleagues.ask(reloadQuestion)
  return 'Ok. Dispatcher successfully reloaded.'
}

/** What the audit says of changes that come by this door. */
const byRpc = 'by JSON-RPC'

async function setState(params: readonly string[], caller: Caller): Promise<unknown> {
  const [state = '', set, uri] = params
  if (set === undefined || uri === undefined) return invalidParameters
  const letter = /^([atid])[px]?$/i.exec(state)?.[1]?.toLowerCase()
  if (letter === undefined) return new RpcFault(500, 'Unknown State Value')
  const { admin } = caller
  const { dispatcher } = admin
  const named = matching(admin, set, uri)
  if (named.length === 0) return new RpcFault(500, 'State Update Failed')
  const why = { reason: byRpc, who: caller.principal.name }
  for (const destination of named) {
    const { id } = destination
    await admin.change(
      caller,
      { action: 'destination.mark', target: `${set}/${id}`, reason: byRpc },
      () => destination.letters,
      () => {
        // Kamailio has one state: who is active, trying or inactive is not disabled any more.
        if (letter === 'd') return dispatcher.setAdminState(set, id, 'disabled', why)
        dispatcher.setAdminState(set, id, 'ready', why)
        dispatcher.mark(set, id, letter as 'a', byRpc)
      },
    )
  }
  return 'Ok. Dispatcher state updated.'
}

async function add(params: readonly string[], caller: Caller): Promise<unknown> {
  const [set, uri, flags = '0', priority = '0', attributes = ''] = params
  if (set === undefined || uri === undefined) return invalidParameters
  const bits = wholeNumber(flags)
  const order = /^-?\d{1,9}$/.test(priority) ? Number(priority) : undefined
  if (bits === undefined || order === undefined) return invalidParameters
  const { admin, principal } = caller
  const attrs = Object.fromEntries(
    attributes.split(';').flatMap((pair) => {
      const [name = '', ...value] = pair.split('=')
      return name.trim() === '' ? [] : [[name.trim(), value.join('=').trim()]]
    }),
  )
  try {
    await admin.change(
      caller,
      { action: 'destination.add', target: `${set}/${uri}`, reason: byRpc },
      () => matching(admin, set, uri).length,
      () =>
        admin.dispatcher.add(
          set,
          { uri, flags: bits, priority: order, attrs },
          { who: principal.name, reason: byRpc },
        ),
    )
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    return new RpcFault(500, `Adding dispatcher dst failed: ${error.message}`)
  }
  return 'Ok. Dispatcher destination added.'
}

async function remove(params: readonly string[], caller: Caller): Promise<unknown> {
  const [set, uri] = params
  if (set === undefined || uri === undefined) return invalidParameters
  const { admin, principal } = caller
  const removed = 'Ok. Dispatcher destination removed.'
  // As Kamailio: what is not there need not be removed.
  if (matching(admin, set, uri).length === 0) return removed
  await admin.change(
    caller,
    { action: 'destination.remove', target: `${set}/${uri}`, reason: byRpc },
    () => matching(admin, set, uri).length,
    () => admin.dispatcher.remove(set, uri, { who: principal.name, reason: byRpc }),
  )
  return removed
}

async function pingActive(params: readonly string[], caller: Caller): Promise<unknown> {
  const { admin } = caller
  const { dispatcher } = admin
  const before = dispatcher.probing ? 1 : 0
  const [state] = params
  if (state === undefined) return { OldPingState: before }
  const wanted = wholeNumber(state)
  if (wanted === undefined) return invalidParameters
  await admin.change(
    caller,
    { action: 'dispatcher.probing', target: 'probes', reason: byRpc },
    () => dispatcher.probing,
    async () => {
      dispatcher.probing = wanted !== 0
      await admin.colleagues.ask(probingQuestion, dispatcher.probing)
    },
  )
  return { NewPingState: wanted === 0 ? 0 : 1, OldPingState: before }
}

/** What other workers are told: one of them may lead later. */
export const probingQuestion = 'dispatcher.probing'

function matching(admin: Admin, setId: string, uri: string): readonly Destination[] {
  const set = admin.dispatcher.sets().find(({ id }) => id === setId)
  if (set === undefined) return []
  return uri === 'all' ? set.destinations : set.matching(uri)
}

async function figures(admin: Admin): Promise<ReadonlyMap<string, number>> {
  const others = await admin.colleagues.hear<readonly Family[]>(metricsQuestion)
  return statistics(merged(admin.metrics.families({ keepDelay: true }), others))
}

/** Kamailio's states of a dialog: 1 unconfirmed, 2 early, 4 confirmed. */
const dialogStates = { calling: 1, ringing: 2, up: 4 } as const

function dialog(call: ShownCall, now: number): object {
  const started = seconds(call.startedAt)
  const answered = call.answeredAt === null ? 0 : seconds(call.answeredAt)
  const [entry = '0', id = '0'] = call.id.split('-')
  const nobody = { tag: '', contact: '', cseq: '', route_set: '', socket: '' }
  return {
    h_entry: Number(entry),
    h_id: Number(id),
    'call-id': call.callId,
    from_uri: call.from,
    to_uri: call.to,
    state: dialogStates[call.state],
    start_ts: answered,
    init_ts: started,
    end_ts: 0,
    duration: answered === 0 ? 0 : Math.max(0, Math.floor(now / 1_000) - answered),
    caller: nobody,
    callee: nobody,
    profiles: [],
    variables: [
      ...(call.set === null ? [] : [{ set: call.set }]),
      ...(call.destination === null ? [] : [{ destination: call.destination }]),
    ],
  }
}

function seconds(date: string): number {
  return Math.floor(Date.parse(date) / 1_000)
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/** `Mon Nov 23 17:56:03 2026`, in UTC. */
function ctime(ms: number): string {
  const [day = '', date = '', month = '', year = '', time = ''] = new Date(ms)
    .toUTCString()
    .replace(',', '')
    .split(' ')
  return `${day} ${month} ${date.replace(/^0/, ' ')} ${time} ${year}`
}
