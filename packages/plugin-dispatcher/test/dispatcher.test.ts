import { expect, test } from '@jest/globals'
import { type ReplyContext, SipError } from '@sipwright/framework'
import { answer, invite, VirtualClock } from '@sipwright/framework/testing'
import { dispatcherConfig, type DispatcherConfig } from '#src/config.js'
import { type Candidates } from '#src/candidates.js'
import { type Dispatcher } from '#src/dispatcher.js'
import { type LoadedSets, Sources } from '#src/source/sources.js'
import { formatDifference } from '#src/source/difference.js'
import { dispatching, quiet, tried } from './rig.js'

const loadSets = (config: DispatcherConfig): Promise<LoadedSets> =>
  new Sources(config, { clock: new VirtualClock(), log: quiet }).load()

/** A dispatcher on virtual time, whose next reload may be given. */
async function rig(
  ...destinations: DispatcherConfig['sets'][string]['destinations'][number]['uri'][]
) {
  const config = (uris: readonly string[], algorithm: string | number = 'round-robin') =>
    dispatcherConfig.parse({ sets: { 1: { algorithm, destinations: [...uris] } } })
  const state: { load: () => Promise<LoadedSets> } = { load: () => loadSets(config(destinations)) }
  const { clock, dispatcher } = await dispatching(
    { maxRetries: 2 },
    {
      load: () => state.load(),
      watch() {},
      close: () => Promise.resolve(),
      status: () => [],
    },
  )
  const select = (callId: string, cseq = 1, algorithm?: string): Candidates =>
    dispatcher.select(
      1,
      { request: invite({ callId, cseq }), now: clock.now() },
      algorithm === undefined ? {} : { algorithm },
    )
  return { clock, config, dispatcher, select, state }
}

/** How often each destination was tried. */
function attempts(dispatcher: Dispatcher): number[] {
  return dispatcher.sets()[0]!.destinations.map(({ counters }) => counters.attempts)
}

test('4b.1: round robin: 1000 calls over four, 250 each, every four calls reach every one', async () => {
  const { select } = await rig('sip:a', 'sip:b', 'sip:c', 'sip:d')
  const chosen = Array.from({ length: 1000 }, (_, n) => select(String(n)).next()!.uri)
  for (let n = 0; n + 4 <= 1000; n++) expect(new Set(chosen.slice(n, n + 4)).size).toBe(4)
})

test('4b.2: round robin with one down: 300 each for the other three', async () => {
  const { dispatcher, select } = await rig('sip:a', 'sip:b', 'sip:c', 'sip:d')
  dispatcher.mark(1, 'sip:b', 'inactive')
  const chosen = Array.from({ length: 900 }, (_, n) => select(String(n)).next()!.uri)
  for (const uri of ['sip:a', 'sip:c', 'sip:d'])
    expect(chosen.filter((each) => each === uri)).toHaveLength(300)
})

test('a challenged caller goes back to the same destination, for 64·T1 and no longer (§22.3)', async () => {
  const { clock, dispatcher, select } = await rig('sip:a', 'sip:b', 'sip:c')
  const target = select('one').next()!
  expect(target.uri).toBe('sip:a')
  const request = invite({ callId: 'one', cseq: 1 })
  // What the framework hands to `onReply`, as far as it is read.
  const reply = { request, now: clock.now(), response: answer(request, 407), branch: { target } }
  dispatcher.replied(reply as unknown as ReplyContext)
  expect(tried(select('one', 2))).toEqual(['sip:a', 'sip:b', 'sip:c'])
  expect(select('one', 1).next()!.uri).not.toBe('sip:a')
  clock.advance(32_000)
  dispatcher.mark(1, 'sip:a', 'inactive')
  expect(tried(select('one', 2))).not.toContain('sip:a')
})

test('a destination that dies while others are tried is passed over', async () => {
  const { dispatcher, select } = await rig('sip:a', 'sip:b', 'sip:c')
  const source = select('one')
  source.next()
  dispatcher.setAdminState(1, 'sip:b', 'drain')
  expect(tried(source)).toEqual(['sip:c'])
})

test('4b.57: a reload keeps states and the turn; what is new joins', async () => {
  const { config, dispatcher, select, state } = await rig('sip:a', 'sip:b', 'sip:c')
  dispatcher.mark(1, 'sip:c', 'inactive')
  expect(select('1').next()!.uri).toBe('sip:a')
  await dispatcher.reload()
  expect(select('2').next()!.uri).toBe('sip:b')
  state.load = () => loadSets(config(['sip:a', 'sip:b', 'sip:c', 'sip:d']))
  await dispatcher.reload()
  expect(select('3').next()!.uri).toBe('sip:d')
  expect(select('4').next()!.uri).toBe('sip:a')
})

test('4b.58: a refused reload leaves the running sets, and reloads run one after the other', async () => {
  const { config, dispatcher, select, state } = await rig('sip:a')
  state.load = () => Promise.reject(new SipError('SIPW_ERR_DISPATCHER_LIST', ['x', 'y']))
  const refused = dispatcher.reload()
  state.load = () => loadSets(config(['sip:b'], 'fastest'))
  await expect(refused).rejects.toThrow(/fastest/)
  expect(tried(select('1'))).toEqual(['sip:a'])
  const order: number[] = []
  let running = 0
  state.load = async () => {
    order.push(++running)
    const loaded = await loadSets(config(['sip:b']))
    running--
    return loaded
  }
  await Promise.all([dispatcher.reload(), dispatcher.reload()])
  expect(order).toEqual([1, 1])
  expect(tried(select('1'))).toEqual(['sip:b'])
})

test('another configuration is applied whole or refused whole', async () => {
  const { dispatcher, select } = await rig('sip:a')
  const [before] = dispatcher.sets()[0]!.destinations
  await expect(dispatcher.configure({ sets: { 1: { destinations: [''] } } })).rejects.toThrow(
    /sets\.1\.destinations\.0/,
  )
  expect(tried(select('1'))).toEqual(['sip:a'])
  const sets = { 1: { destinations: ['sip:a', 'sip:b'] } }
  await dispatcher.configure({ sets, probe: { threshold: 1 } })
  expect(select('2').isEmpty).toBe(false)
  expect(dispatcher.sets()[0]!.destinations.map(({ uri }) => uri)).toEqual(['sip:a', 'sip:b'])
  expect(dispatcher.sets()[0]!.destinations[0]!.state).toBe(before!.state)
  dispatcher.probed(before!, false, 'answered 500')
  expect(before!.health.state).toBe('inactive')
})

test('up and down are told once, with the reason', async () => {
  const { dispatcher } = await rig('sip:a')
  const told: string[] = []
  dispatcher.onChange(({ kind, reason }) => told.push(`${kind}: ${reason}`))
  const [destination] = dispatcher.sets()[0]!.destinations
  for (let n = 0; n < 4; n++) dispatcher.probed(destination!, false, 'answered 500')
  dispatcher.probed(destination!, true, 'answered 200')
  expect(told).toEqual(['down: answered 500', 'up: answered 200'])
})

test('an unknown set or destination is named', async () => {
  const { dispatcher } = await rig('sip:a')
  expect(() => dispatcher.select(9, { request: invite(), now: 0 })).toThrow('no destination set 9')
  expect(() => dispatcher.mark(1, 'sip:z', 'active')).toThrow('set 1 has no destination sip:z')
})

test('4b.3: weights 50/25/25: every four calls 2/1/1, never three in a row', async () => {
  const { config, dispatcher, select, state } = await rig('sip:x')
  const weighted = dispatcherConfig.parse({
    sets: {
      1: {
        algorithm: 'weight',
        destinations: [
          { uri: 'sip:a', weight: 50 },
          { uri: 'sip:b', weight: 25 },
          { uri: 'sip:c', weight: 25 },
        ],
      },
    },
  })
  expect(config([]).sets).toBeDefined()
  state.load = () => loadSets(weighted)
  await dispatcher.reload()
  const chosen = Array.from({ length: 1000 }, (_, n) => select(String(n)).next()!.uri)
  for (let n = 0; n + 4 <= 1000; n++)
    expect(chosen.slice(n, n + 4).toSorted()).toEqual(['sip:a', 'sip:a', 'sip:b', 'sip:c'])
  expect(chosen.join(' ')).not.toContain('sip:a sip:a sip:a')
  expect(tried(select('last')).toSorted()).toEqual(['sip:a', 'sip:b', 'sip:c'])
})

test('4b.11, 4b.12, 4b.13: hash of Call-ID: one of six down moves its own keys only, over all others', async () => {
  const uris = Array.from({ length: 6 }, (_, n) => `sip:10.0.0.${n}`)
  const { dispatcher, select } = await rig(...uris)
  const reversed = await rig(...uris.toReversed())
  const map = () =>
    Array.from({ length: 6000 }, (_, n) => select(`call-${n}@x`, 1, 'hash-call-id').next()!.uri)
  const before = map()
  expect(
    before.every((uri, n) => reversed.select(`call-${n}@x`, 1, 'hash-call-id').next()!.uri === uri),
  ).toBe(true)
  dispatcher.mark(1, uris[2]!, 'inactive')
  const after = map()
  const moved = after.filter((uri, n) => uri !== before[n])
  expect(moved).toHaveLength(before.filter((uri) => uri === uris[2]).length)
  expect(Math.abs(moved.length - 1000)).toBeLessThanOrEqual(87)
  for (const uri of uris.filter((each) => each !== uris[2]))
    expect(Math.abs(moved.filter((each) => each === uri).length - 200)).toBeLessThanOrEqual(38)
  dispatcher.mark(1, uris[2]!, 'active')
  expect(map()).toEqual(before)
  expect(new Set(tried(select('walk', 1, 'hash-call-id'))).size).toBe(6)
})

test('a new configuration takes the place of the old one; states of what stays are kept', async () => {
  const { clock, dispatcher } = await rig('sip:a', 'sip:b')
  const select = () => dispatcher.select(1, { request: invite(), now: clock.now() })
  dispatcher.mark(1, 'sip:b', 'inactive')
  await dispatcher.configure({
    sets: { 1: { algorithm: 'priority', destinations: ['sip:b', 'sip:c'] } },
    probe: { mode: 'none' },
  })
  expect(tried(select())).toEqual(['sip:c'])
  expect(dispatcher.probe.mode).toBe('none')
  await dispatcher.reload()
  expect(tried(select())).toEqual(['sip:c'])
})

test('a configuration that is refused changes nothing', async () => {
  const { clock, dispatcher } = await rig('sip:a')
  for (const refused of [
    { sets: { 1: { algorithm: 'fastest' } } },
    { sets: { 1: { destinations: ['nowhere'] } } },
    { source: { file: '/nonexistent/dispatcher.list' } },
  ]) {
    await expect(dispatcher.configure(refused)).rejects.toThrow(SipError)
  }
  await dispatcher.reload()
  expect(tried(dispatcher.select(1, { request: invite(), now: clock.now() }))).toEqual(['sip:a'])
})

test('a selection that was asked whether it is empty still hands out every destination', async () => {
  const { clock, dispatcher } = await rig('sip:a', 'sip:b')
  const candidates = dispatcher.select(1, { request: invite(), now: clock.now() })
  expect([candidates.isEmpty, candidates.isEmpty]).toEqual([false, false])
  expect(attempts(dispatcher)).toEqual([0, 0])
  expect(tried(candidates)).toHaveLength(2)
  expect(candidates.isEmpty).toBe(true)
  expect(attempts(dispatcher)).toEqual([1, 1])
})

test('a destination that dies between the question and the attempt is not handed out', async () => {
  const { clock, dispatcher } = await rig('sip:a', 'sip:b')
  const candidates = dispatcher.select(1, { request: invite(), now: clock.now() })
  expect(candidates.isEmpty).toBe(false)
  dispatcher.mark(1, 'sip:a', 'inactive')
  expect(tried(candidates)).toEqual(['sip:b'])
  expect(attempts(dispatcher)).toEqual([0, 1])
})

test('a selection of none is empty, and so is one whose limit is spent', async () => {
  const { clock, dispatcher } = await rig('sip:a', 'sip:b')
  const ctx = { request: invite(), now: clock.now() }
  expect(dispatcher.select(1, ctx, { limit: 0 }).isEmpty).toBe(true)
  const one = dispatcher.select(1, ctx, { limit: 1 })
  expect([one.isEmpty, tried(one).length, one.isEmpty]).toEqual([false, 1, true])
})

test('whether a set exists, who in it is active, and how many are how ($dsg, ds_is_active)', async () => {
  const { dispatcher } = await rig('sip:a', 'sip:b', 'sip:c', 'sip:d')
  expect([dispatcher.exists(1), dispatcher.exists('1'), dispatcher.exists(2)]).toEqual([
    ...[true, true, false],
  ])
  dispatcher.mark(1, 'sip:a', 'inactive')
  dispatcher.mark(1, 'sip:b', 'trying')
  dispatcher.setAdminState(1, 'sip:c', 'drain')
  expect(dispatcher.counts(1)).toEqual({
    ...{ total: 4, usable: 2 },
    health: { active: 2, trying: 1, inactive: 1, busy: 0 },
    admin: { ready: 3, drain: 1, maintenance: 0, disabled: 0 },
  })
  const asked = ['sip:a', 'sip:b', 'sip:c', 'sip:d', 'sip:z']
  expect(asked.map((uri) => dispatcher.isActive(1, uri))).toEqual([false, true, false, true, false])
  expect(dispatcher.isActive(1)).toBe(true)
  for (const uri of ['sip:b', 'sip:d']) dispatcher.setAdminState(1, uri, 'disabled')
  expect(dispatcher.isActive(1)).toBe(false)
  expect(() => dispatcher.isActive(2)).toThrow('no destination set 2')
  expect(() => dispatcher.counts(2)).toThrow('no destination set 2')
})

test('a mark may be one of Kamailio’s letters; d is the operator’s word (ds_mark_dst)', async () => {
  const { dispatcher } = await rig('sip:a')
  const [destination] = dispatcher.sets()[0]!.destinations
  const marked = (['i', 't', 'a', 'I', 'T', 'A'] as const).map((letter) => {
    dispatcher.mark(1, 'sip:a', letter)
    return destination!.health.state
  })
  expect(marked).toEqual(['inactive', 'trying', 'active', 'inactive', 'trying', 'active'])
  dispatcher.mark(1, 'sip:a', 'd')
  expect([destination!.state.admin, destination!.letters]).toEqual(['disabled', 'DX'])
  dispatcher.mark(1, 'sip:a', 'a')
  expect(destination!.state.admin).toBe('disabled')
})

test('what is added, changed and removed at run time holds over reloads; calls, states and turns are kept', async () => {
  const { config, dispatcher, select, state } = await rig('sip:a', 'sip:b')
  select('1').next()
  await dispatcher.add(1, { uri: 'sip:c', id: 'c', maxLoad: 5 })
  expect(select('2').next()!.uri).toBe('sip:b')
  expect(select('3').next()!.uri).toBe('sip:c')
  dispatcher.mark(1, 'c', 'inactive')
  await dispatcher.remove(1, 'sip:b')
  const { sets } = await dispatcher.change(1, 'c', { maxLoad: 6 })
  expect(sets).toMatchObject([{ changed: [{ id: 'c', changes: [{ from: 5, to: 6 }] }] }])
  state.load = () => loadSets(config(['sip:a', 'sip:b', 'sip:d']))
  await dispatcher.reload()
  const [set] = dispatcher.sets()
  expect(set!.destinations.map(({ id, maxLoad }) => [id, maxLoad])).toEqual([
    ...[['sip:a', 0] as const, ['sip:d', 0] as const],
    ['c', 6],
  ])
  expect(dispatcher.isActive(1, 'c')).toBe(false)
  await dispatcher.revert({ set: 1, id: 'sip:b' })
  expect(dispatcher.exists(1)).toBe(true)
  expect(dispatcher.edits().map(({ kind, id }) => [kind, id])).toEqual([['added', 'c']])
  expect(dispatcher.isActive(1, 'sip:b')).toBe(true)
})

test('what is refused at run time changes nothing, and is told to nobody', async () => {
  const { dispatcher, edited } = await dispatching({ sets: { 1: { destinations: ['sip:a'] } } })
  await expect(dispatcher.add(1, 'sip:a')).rejects.toThrow(/set 1 has a destination sip:a already/)
  await expect(dispatcher.change(1, 'sip:a', { weight: -1 })).rejects.toThrow(/weight/)
  await expect(dispatcher.remove(2, 'sip:a')).rejects.toThrow(/no destination set 2/)
  expect([edited, dispatcher.edits()]).toEqual([[], []])
  await dispatcher.add('new', 'sip:z')
  expect(edited).toMatchObject([{ kind: 'added', set: 'new', id: 'sip:z' }])
  expect(dispatcher.isActive('new')).toBe(true)
})

test('a dry run says what a reload would change, and changes nothing', async () => {
  const { config, dispatcher, select, state } = await rig('sip:a', 'sip:b')
  state.load = () => loadSets(config(['sip:b', 'sip:c'], 'weight'))
  const { sets } = await dispatcher.reload({ dryRun: true })
  expect(formatDifference({ sets })).toEqual([
    'set 1: algorithm round-robin → weight',
    'set 1: + sip:c',
    'set 1: - sip:a',
  ])
  expect(tried(select('1'))).toEqual(['sip:a', 'sip:b'])
  expect(await dispatcher.reload()).toEqual({ sets, faults: [] })
  expect((await dispatcher.reload()).sets).toEqual([])
  const other = { sets: { 2: { destinations: ['sip:x'] } } }
  const would = await dispatcher.configure(other, { dryRun: true })
  expect(formatDifference(would)).toEqual([
    ...['set 2: added', 'set 2: + sip:x'],
    ...['set 1: removed', 'set 1: - sip:b', 'set 1: - sip:c'],
  ])
  expect(dispatcher.exists(2)).toBe(false)
  const bad = { sets: { 1: { algorithm: 'fastest' } } }
  await expect(dispatcher.configure(bad, { dryRun: true })).rejects.toThrow(/fastest/)
})

test('a revision is the same for the same sets, and another for others', async () => {
  const config = { sets: { 1: { destinations: ['sip:10.0.0.1', 'sip:10.0.0.2'] } } }
  const { dispatcher } = await dispatching(config)
  const again = await dispatching(structuredClone(config))
  const { revision } = dispatcher
  expect(again.dispatcher.revision).toBe(revision)
  await dispatcher.reload()
  expect(dispatcher.revision).toBe(revision)
  await dispatcher.change(1, 'sip:10.0.0.1', { weight: 2 })
  expect(dispatcher.revision).not.toBe(revision)
  await dispatcher.revert()
  expect(dispatcher.revision).toBe(revision)
})

test('a change for a revision that is over is refused, and changes nothing', async () => {
  const { dispatcher } = await dispatching({ sets: { 1: { destinations: ['sip:10.0.0.1'] } } })
  const { revision } = dispatcher
  const one = dispatcher.change(1, 'sip:10.0.0.1', { weight: 2 }, { revision })
  // Asked for at once, and served behind the first.
  const refusals = [
    dispatcher.change(1, 'sip:10.0.0.1', { weight: 3 }, { revision }),
    dispatcher.remove(1, 'sip:10.0.0.1', { revision }),
    dispatcher.add(1, 'sip:10.0.0.9', { revision }),
    dispatcher.revert(undefined, { revision }),
    dispatcher.reload({ revision }),
  ].map((each) => expect(each).rejects.toMatchObject({ code: 'SIPW_ERR_SET_REVISION' }))
  await one
  await Promise.all(refusals)
  expect(dispatcher.sets()[0]!.destinations).toMatchObject([{ uri: 'sip:10.0.0.1', weight: 2 }])
})
