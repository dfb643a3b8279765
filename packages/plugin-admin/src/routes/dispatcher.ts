/** Destination sets: how they are, and what operators do with them. */
import { parseUri, SipError } from '@sipwright/framework'
import {
  type AdminState,
  type Destination,
  type DestinationInput,
  type Dispatcher,
  formatDifference,
  formatExclusion,
  formatExplanation,
  formatFault,
  type SetsDifference,
} from '@sipwright/plugin-dispatcher'
import { z } from 'zod'
import { type Admin } from '../admin.js'
import { Answer, type Call, type Endpoint, endpoint } from '../http/endpoint.js'
import { summedLoads } from '../worker-loads.js'
import {
  destinationSchema,
  setSchema,
  type Shown,
  shownDestination,
  shownSet,
} from './destination.js'
import { reasonSchema, whySchema } from './why.js'

const tag = 'dispatcher'
const setName = z.string().min(1).describe('The id of a set.')
const destinationName = z.string().min(1).describe('The id or URI of a destination.')
const inSet = z.object({ set: setName })
const named = z.object({ set: setName, id: destinationName })
const revision = z.string().describe('Of the sets: goes into If-Match.')

/** What may be said of a destination; `add` needs its URI, too. */
const destinationKeys = {
  priority: z.number().int().optional(),
  weight: z.number().int().min(0).max(1_000_000).optional(),
  maxLoad: z.number().int().min(0).optional().describe('Calls in progress; 0: any number.'),
  maxPending: z.number().int().min(0).optional(),
  maxCallsPerSecond: z.number().min(0).max(1_000_000).optional(),
  callBurst: z.number().int().positive().optional(),
  overflow: z.boolean().optional(),
  flags: z.number().int().min(0).max(63).optional().describe("Kamailio's bits."),
  attrs: z.record(z.string(), z.string()).optional(),
}

const newDestination = z
  .strictObject({
    uri: z.string().min(1).describe('sip:10.0.1.10:5060'),
    id: z.string().min(1).max(256).optional(),
    ...destinationKeys,
    reason: reasonSchema,
  })
  .meta({ id: 'NewDestination' })

const destinationChange = z
  .strictObject({ uri: z.string().min(1).optional(), ...destinationKeys, reason: reasonSchema })
  .refine(({ reason: _reason, ...change }) => Object.keys(change).length > 0, {
    error: 'expected at least one key that changes',
  })
  .meta({ id: 'DestinationChange' })

const nameSchema = z.object({ id: z.string(), uri: z.string() })
const changeSchema = z.object({ key: z.string(), from: z.unknown(), to: z.unknown() })

export const differenceSchema = z
  .object({
    revision,
    dryRun: z.boolean(),
    lines: z.array(z.string()).describe('`set 1: fs2: weight 1 → 50`'),
    sets: z.array(
      z.object({
        set: z.string(),
        kind: z.enum(['added', 'removed', 'changed']),
        changes: z.array(changeSchema),
        added: z.array(nameSchema),
        removed: z.array(nameSchema),
        changed: z.array(nameSchema.extend({ changes: z.array(changeSchema) })),
      }),
    ),
    callsAffected: z
      .number()
      .int()
      .describe('In progress on destinations that go away; they go on by their route set.'),
    warnings: z.array(z.string()).describe('Lines that are left out, and workers that refused.'),
  })
  .meta({ id: 'Difference' })

const exclusionText = z.string().describe('Why it would not be tried.')
const candidateSchema = z.object({
  set: z.string(),
  id: z.string(),
  uri: z.string(),
  score: z.number().nullable().describe('What its place goes by.'),
  challenged: z.boolean().describe('It has challenged this caller, and goes first.'),
})

export const explanationSchema = z
  .object({
    sets: z.array(
      z.object({
        set: z.string(),
        algorithm: z.string(),
        score: z.string(),
        certainty: z.enum(['exact', 'drawn', 'unknown']),
        atOnce: z.boolean(),
      }),
    ),
    candidates: z.array(candidateSchema).describe('Those that would be tried, in that order.'),
    excluded: z.array(candidateSchema.extend({ why: exclusionText })),
    text: z.string().describe('The same, for people.'),
    worker: z.number().int().describe('Which worker says so: turns are its own.'),
  })
  .meta({ id: 'Explanation' })

const editSchema = z
  .object({
    set: z.string(),
    id: z.string(),
    kind: z.enum(['added', 'changed', 'removed']),
    said: z.unknown().describe('What it is to be, or the keys that changed.'),
  })
  .meta({ id: 'Edit' })

const findingSchema = z.object({
  signal: z.string().describe('sip, http, or the name of a probe.'),
  state: z.enum(['up', 'failed', 'busy', 'down']),
  reason: z.string(),
})

export const setListSchema = z.object({ revision, sets: z.array(setSchema) })
export const editListSchema = z.object({ revision, edits: z.array(editSchema) })
export const probeSchema = z.object({
  findings: z.array(findingSchema),
  destination: destinationSchema,
})

export const dispatcherEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/api/v1/dispatcher/sets',
    id: 'listSets',
    tag,
    summary: 'Every set with its destinations and how they are.',
    scope: 'read',
    answer: setListSchema,
    handle: async ({ admin }) => {
      const { dispatcher } = admin
      const shown = await showing(admin)
      const sets = dispatcher.sets().map((set) => shownSet(set, shown))
      return tagged(dispatcher, { revision: dispatcher.revision, sets })
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/dispatcher/sets/{set}',
    id: 'showSet',
    tag,
    summary: 'One set.',
    scope: 'read',
    params: inSet,
    answer: setSchema,
    problems: [404],
    handle: async ({ admin, params }) => {
      const { dispatcher } = admin
      const set = dispatcher.sets().find(({ id }) => id === params.set)
      if (set === undefined) throw new SipError('SIPW_ERR_SET_UNKNOWN', [params.set])
      return tagged(dispatcher, shownSet(set, await showing(admin)))
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/dispatcher/sets/{set}/destinations/{id}',
    id: 'showDestination',
    tag,
    summary: 'One destination.',
    scope: 'read',
    params: named,
    answer: destinationSchema,
    problems: [404],
    handle: async ({ admin, params }) => {
      const { dispatcher } = admin
      const [destination] = matching(dispatcher, params)
      return tagged(dispatcher, shownDestination(destination, await showing(admin)))
    },
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/dispatcher/sets/{set}/destinations',
    id: 'addDestination',
    tag,
    summary: 'A further destination, until the process ends: reloads keep it.',
    description: 'The set need not be there yet. Every worker has it.',
    scope: 'admin',
    params: inSet,
    body: newDestination,
    ifMatch: true,
    status: 201,
    answer: destinationSchema,
    problems: [404, 409, 422],
    handle: async (call) => {
      const { admin, params } = call
      const { dispatcher } = admin
      const { reason, ...given } = call.body
      // Zod says `undefined` where nothing was given; the dispatcher does not take that for nothing.
      const input = defined(given) as DestinationInput & { id?: string; uri: string }
      const name = input.id ?? input.uri
      await admin.change(
        call,
        { action: 'destination.add', target: `${params.set}/${name}`, reason },
        () => settingsOf(find(dispatcher, params.set, name)),
        () => dispatcher.add(params.set, input, whyOf(call, reason)),
      )
      const added = find(dispatcher, params.set, name) ?? find(dispatcher, params.set, input.uri)
      if (added === undefined)
        throw new SipError('SIPW_ERR_DESTINATION_UNKNOWN', [params.set, name])
      return tagged(dispatcher, shownDestination(added, await showing(admin)))
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/api/v1/dispatcher/sets/{set}/destinations/{id}',
    id: 'changeDestination',
    tag,
    summary: 'Other keys of a destination, over what the sources say, until the process ends.',
    scope: 'admin',
    params: named,
    body: destinationChange,
    ifMatch: true,
    answer: destinationSchema,
    problems: [404, 422],
    handle: async (call) => {
      const { admin, params } = call
      const { dispatcher } = admin
      const { reason, ...given } = call.body
      const [{ id }] = matching(dispatcher, params)
      await admin.change(
        call,
        { action: 'destination.change', target: `${params.set}/${params.id}`, reason },
        () => settingsOf(find(dispatcher, params.set, id)),
        () => dispatcher.change(params.set, params.id, defined(given), whyOf(call, reason)),
      )
      const [changed] = matching(dispatcher, { set: params.set, id })
      return tagged(dispatcher, shownDestination(changed, await showing(admin)))
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/api/v1/dispatcher/sets/{set}/destinations/{id}',
    id: 'removeDestination',
    tag,
    summary: 'Takes a destination out, whatever the sources say, until the process ends.',
    description: 'Its calls go on.',
    scope: 'admin',
    params: named,
    query: z.object({ reason: reasonSchema }),
    ifMatch: true,
    answer: differenceSchema,
    problems: [404],
    handle: async (call) => {
      const { admin, params, query } = call
      const { dispatcher } = admin
      const affected = matching(dispatcher, params)
      const loadOf = await summedLoads(admin)
      const differs = await admin.change(
        call,
        {
          action: 'destination.remove',
          target: `${params.set}/${params.id}`,
          reason: query.reason,
        },
        () => settingsOf(find(dispatcher, params.set, params.id)),
        () => dispatcher.remove(params.set, params.id, whyOf(call, query.reason)),
      )
      const calls = affected.reduce((total, each) => total + loadOf(each).calls, 0)
      return shownDifference(dispatcher, differs, { dryRun: false, calls })
    },
  }),
  ...(
    [
      ['drain', 'drain', 'No new requests; calls in progress go on.'],
      ['undrain', 'ready', 'New requests again.'],
      ['maintenance', 'maintenance', 'No new requests: somebody works on it.'],
      ['disable', 'disabled', 'No new requests, and no probes.'],
      ['enable', 'ready', 'New requests and probes again.'],
    ] as const
  ).map(([action, state, summary]) => adminAction(action, state, summary)),
  endpoint({
    method: 'POST',
    path: '/api/v1/dispatcher/sets/{set}/destinations/{id}/actions/probe',
    id: 'probe',
    tag,
    summary: 'Asks the destination now whether it lives.',
    description: 'What is found counts like any probe.',
    scope: 'operate',
    params: named,
    body: whySchema.optional(),
    answer: probeSchema,
    problems: [404],
    handle: async (call) => {
      const { admin, params } = call
      const { dispatcher } = admin
      const [destination] = matching(dispatcher, params)
      const findings = await admin.change(
        call,
        {
          action: 'destination.probe',
          target: `${params.set}/${params.id}`,
          reason: call.body?.reason,
        },
        () => destination.health.state,
        () => dispatcher.probeNow(params.set, params.id),
      )
      return {
        findings: findings.map(({ signal, state, reason }) => ({ signal, state, reason })),
        destination: shownDestination(destination, await showing(admin)),
      }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/dispatcher/reload',
    id: 'reloadSets',
    tag,
    summary: 'Reads the sources again and applies what differs.',
    description: 'Every worker does. With `dryRun=true` nothing is changed.',
    scope: 'admin',
    query: z.object({
      dryRun: z.enum(['true', 'false']).default('false').describe('Only says what would change.'),
    }),
    body: whySchema.optional(),
    ifMatch: true,
    answer: differenceSchema,
    problems: [422, 502],
    handle: async (call) => {
      const { admin, query } = call
      const { dispatcher } = admin
      const dryRun = query.dryRun === 'true'
      const loadOf = await summedLoads(admin)
      const before = dispatcher.sets()
      const reload = () => dispatcher.reload({ dryRun, revision: call.ifMatch })
      const differs = dryRun
        ? await reload()
        : await admin.change(
            call,
            { action: 'dispatcher.reload', target: 'sets', reason: call.body?.reason },
            () => dispatcher.revision,
            reload,
          )
      const others = dryRun ? [] : await admin.colleagues.ask(reloadQuestion)
      const warnings = others.flatMap((each) =>
        'fault' in each ? [`worker ${each.worker}: ${each.fault}`] : [],
      )
      const gone = differs.sets.flatMap(({ set, removed }) =>
        removed.map(({ id }) => ({ set, id })),
      )
      const calls = gone.reduce((total, { set, id }) => {
        const destinations = before.find((each) => each.id === set)?.destinations
        const destination = destinations?.find((each) => each.id === id)
        return total + (destination === undefined ? 0 : loadOf(destination).calls)
      }, 0)
      return shownDifference(dispatcher, differs, { dryRun, calls, warnings })
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/dispatcher/explain',
    id: 'explain',
    tag,
    summary: 'Who would be tried for a request, in what order, and why the others not.',
    description: 'It moves no turn and no counter.',
    scope: 'read',
    query: z.object({
      set: z
        .union([z.string().min(1), z.array(z.string().min(1)).max(20)])
        .describe('One set, or several in their order: `set=1&set=2`.'),
      method: z
        .string()
        .regex(/^[A-Z]{1,20}$/, { error: 'expected a method in capitals' })
        .default('INVITE'),
      uri: z.string().min(1).max(1_000).default('sip:anybody@example.com').describe('Request-URI.'),
      from: z.string().max(1_000).optional(),
      to: z.string().max(1_000).optional(),
      callId: z.string().max(500).optional(),
      algorithm: z.string().optional().describe("Instead of the set's own."),
    }),
    answer: explanationSchema,
    problems: [404],
    handle: ({ admin, query }) => {
      const { set, algorithm, method, uri, from, to, callId } = query
      for (const each of [uri, from, to]) if (each !== undefined) parseUri(each)
      const request = {
        ...{ method, uri },
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(callId !== undefined && { callId }),
      }
      const options = algorithm === undefined ? {} : { algorithm }
      const explanation = admin.dispatcher.explain(request, set, options)
      const { sets, candidates, excluded } = explanation
      const text = formatExplanation(explanation)
      return {
        sets,
        candidates: candidates.map(({ score, ...each }) => ({ ...each, score: score ?? null })),
        excluded: excluded.map(({ exclusion, score, ...each }) => ({
          ...{ ...each, score: score ?? null },
          why: formatExclusion(exclusion),
        })),
        text,
        worker: admin.host.workers.index,
      }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/dispatcher/edits',
    id: 'listEdits',
    tag,
    summary: 'What was said of destinations at run time, and still holds.',
    scope: 'read',
    answer: editListSchema,
    handle: ({ admin: { dispatcher } }) => ({
      revision: dispatcher.revision,
      edits: shownEdits(dispatcher),
    }),
  }),
  endpoint({
    method: 'DELETE',
    path: '/api/v1/dispatcher/edits',
    id: 'revertEdits',
    tag,
    summary: 'Takes back what was said at run time, of all destinations or of one.',
    scope: 'admin',
    query: z
      .object({ set: setName.optional(), id: destinationName.optional(), reason: reasonSchema })
      .refine(({ set, id }) => (set === undefined) === (id === undefined), {
        error: 'expected set and id, or neither',
      }),
    ifMatch: true,
    answer: differenceSchema,
    handle: async (call) => {
      const { admin, query } = call
      const { dispatcher } = admin
      const { set, id, reason } = query
      const of = set === undefined || id === undefined ? undefined : { set, id }
      const target = of === undefined ? 'all' : `${of.set}/${of.id}`
      const differs = await admin.change(
        call,
        { action: 'dispatcher.revert', target, reason },
        () => shownEdits(dispatcher),
        () => dispatcher.revert(of, whyOf(call, reason)),
      )
      return shownDifference(dispatcher, differs, { dryRun: false, calls: 0 })
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/dispatcher/sources',
    id: 'listSources',
    tag,
    summary: 'Where destinations come from, and what could not be understood there.',
    scope: 'read',
    answer: z.object({
      sources: z.array(
        z.object({
          name: z.string(),
          state: z.enum(['ok', 'failing']),
          since: z.iso.datetime(),
          reason: z.string().nullable(),
          entries: z.number().int(),
        }),
      ),
      faults: z.array(z.string()),
    }),
    handle: ({ admin: { dispatcher, times } }) => ({
      sources: dispatcher.sources().map(({ since, reason, ...source }) => ({
        ...source,
        ...{ since: times.date(since), reason: reason ?? null },
      })),
      faults: dispatcher.faults.map(formatFault),
    }),
  }),
]

/** What other workers are asked to do after a reload here. */
export const reloadQuestion = 'dispatcher.reload'

/** The operator's word on a destination. */
function adminAction(action: string, state: AdminState, summary: string): Endpoint {
  return endpoint({
    method: 'POST',
    path: `/api/v1/dispatcher/sets/{set}/destinations/{id}/actions/${action}`,
    id: action,
    tag,
    summary,
    scope: 'operate',
    params: named,
    body: whySchema.optional(),
    answer: destinationSchema,
    problems: [404],
    handle: async (call) => {
      const { admin, params } = call
      const { dispatcher } = admin
      const [destination] = matching(dispatcher, params)
      const reason = call.body?.reason
      await admin.change(
        call,
        { action: `destination.${action}`, target: `${params.set}/${params.id}`, reason },
        () => destination.state.admin,
        () =>
          dispatcher.setAdminState(params.set, params.id, state, {
            who: call.principal.name,
            ...(reason !== undefined && { reason }),
          }),
      )
      return shownDestination(destination, await showing(admin))
    },
  })
}

/** At least one: throws SIPW_ERR_SET_UNKNOWN, SIPW_ERR_DESTINATION_UNKNOWN. */
function matching(
  dispatcher: Dispatcher,
  { set: setId, id }: { readonly set: string; readonly id: string },
): readonly [Destination, ...Destination[]] {
  const set = dispatcher.sets().find((each) => each.id === setId)
  if (set === undefined) throw new SipError('SIPW_ERR_SET_UNKNOWN', [setId])
  const [first, ...others] = set.matching(id)
  if (first === undefined) throw new SipError('SIPW_ERR_DESTINATION_UNKNOWN', [setId, id])
  return [first, ...others]
}

function find(dispatcher: Dispatcher, setId: string, name: string): Destination | undefined {
  return dispatcher
    .sets()
    .find(({ id }) => id === setId)
    ?.matching(name)[0]
}

async function showing(admin: Admin): Promise<Shown> {
  const loadOf = await summedLoads(admin)
  const edited = new Set(admin.dispatcher.edits().map(({ set, id }) => `${set}\n${id}`))
  const isEdited = ({ setId, id }: Destination): boolean => edited.has(`${setId}\n${id}`)
  return { times: admin.times, loadOf, isEdited }
}

function whyOf({ principal, ifMatch }: Pick<Call, 'principal' | 'ifMatch'>, reason?: string) {
  return {
    who: principal.name,
    revision: ifMatch,
    ...(reason !== undefined && { reason }),
  }
}

/** What the audit keeps of a destination. */
function settingsOf(destination: Destination | undefined): unknown {
  if (destination === undefined) return null
  const { uri, priority, weight, maxLoad, maxPending, maxCallsPerSecond } = destination
  const { overflow, flags, attrs } = destination
  return {
    ...{ uri, priority, weight, maxLoad, maxPending, maxCallsPerSecond, overflow, flags },
    attrs: Object.fromEntries(attrs),
  }
}

function shownEdits(dispatcher: Dispatcher): z.output<typeof editSchema>[] {
  return dispatcher.edits().flatMap((edit): z.output<typeof editSchema>[] => {
    const { set, id } = edit
    switch (edit.kind) {
      case 'added':
        return [{ set, id, kind: edit.kind, said: edit.destination }]
      case 'changed':
        return [{ set, id, kind: edit.kind, said: edit.change }]
      case 'removed':
        return [{ set, id, kind: edit.kind, said: null }]
      case 'reverted':
        return []
    }
  })
}

function shownDifference(
  dispatcher: Dispatcher,
  differs: SetsDifference,
  {
    dryRun,
    calls,
    warnings = [],
  }: { readonly dryRun: boolean; readonly calls: number; readonly warnings?: readonly string[] },
): Answer {
  return tagged(dispatcher, {
    revision: dispatcher.revision,
    dryRun,
    lines: formatDifference(differs),
    sets: differs.sets.map((each) => ({
      ...each,
      changes: each.changes.map(shownChange),
      changed: each.changed.map(({ changes, ...name }) => ({
        ...name,
        changes: changes.map(shownChange),
      })),
    })),
    callsAffected: calls,
    warnings: [...differs.faults.map(formatFault), ...warnings],
  })
}

/** JSON has no undefined: what was not given is null. */
function shownChange({ key, from, to }: { key: string; from: unknown; to: unknown }) {
  return { key, from: from ?? null, to: to ?? null }
}

/** With the revision of the sets as ETag. */
function tagged(dispatcher: Dispatcher, body: unknown): Answer {
  return new Answer(body, { headers: { etag: `"${dispatcher.revision}"` } })
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> }

function defined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Defined<T>
}
