import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SipError } from '@sipwright/framework'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { VirtualClock } from '@sipwright/framework/testing'
import { type DispatcherConfig } from '#src/config.js'
import { type LoadedSets, Sources } from '#src/source/sources.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const loadSets = (config: DispatcherConfig): Promise<LoadedSets> =>
  new Sources(config, { clock: new VirtualClock(), log: quiet }).load()

let folder = ''
let file = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sipwright-source-'))
  file = join(folder, 'dispatcher.list')
})

afterEach(() => rm(folder, { recursive: true }))

async function load(text: string, sets: DispatcherInput['sets'] = {}, strict = false) {
  await writeFile(file, text)
  return loadSets(dispatcherConfig.parse({ sets, source: { file, strict } }))
}

function uris({ sets }: Awaited<ReturnType<typeof loadSets>>) {
  return sets.map(({ id, destinations }) => [id, destinations.map(({ uri }) => uri)])
}

test('without a file the sets are those of the configuration', async () => {
  const loaded = await loadSets(
    dispatcherConfig.parse({ sets: { eu: { algorithm: 'weight', destinations: ['sip:a'] } } }),
  )
  expect(uris(loaded)).toEqual([['eu', ['sip:a']]])
  expect(loaded.sets[0]!.algorithm).toBe('weight')
  expect(loaded.faults).toEqual([])
})

test('what the file has comes behind the configuration, in the order of the file; a new set is round robin', async () => {
  const loaded = await load('2 sip:x\n1 sip:c\n1 sip:b\n', {
    1: { algorithm: 'priority', destinations: ['sip:a'] },
  })
  expect(uris(loaded)).toEqual([
    ['1', ['sip:a', 'sip:c', 'sip:b']],
    ['2', ['sip:x']],
  ])
  expect(loaded.sets.map(({ algorithm }) => algorithm)).toEqual(['priority', 'round-robin'])
})

test('of a destination in both, the configuration stands', async () => {
  const { sets } = await load('1 sip:a 0 5 duid=one\n1 sip:b\n', {
    1: { destinations: [{ uri: 'sip:a', id: 'one', weight: 9 }] },
  })
  expect(sets[0]!.destinations).toMatchObject([{ weight: 9, priority: 0 }, { uri: 'sip:b' }])
})

test('each load reads the file again, and leaves the configuration as it was', async () => {
  const config = dispatcherConfig.parse({
    sets: { 1: { destinations: ['sip:a'] } },
    source: { file },
  })
  await writeFile(file, '1 sip:b\n')
  expect(uris(await loadSets(config))).toEqual([['1', ['sip:a', 'sip:b']]])
  await writeFile(file, '1 sip:c\n')
  expect(uris(await loadSets(config))).toEqual([['1', ['sip:a', 'sip:c']]])
})

test('4b.58: a bad line is left out and named by its number', async () => {
  const loaded = await load('1 sip:a\n\n1 nowhere\n1 sip:b\n')
  expect(uris(loaded)).toEqual([['1', ['sip:a', 'sip:b']]])
  expect(loaded.faults).toEqual([{ line: 3, found: 'nowhere', expected: 'a SIP URI' }])
})

test('4b.58: strict: one bad line refuses the file, and every bad line is named', async () => {
  const refused = load('1 sip:a\n1 nowhere\nx sip:b\n', {}, true)
  await expect(refused).rejects.toThrow(SipError)
  await expect(refused).rejects.toMatchObject({ code: 'SIPW_ERR_DISPATCHER_LIST' })
  await expect(refused).rejects.toThrow(/dispatcher\.list.*line 2.*line 3/)
})

test('a file of nothing but bad lines is refused; an empty one is no destination', async () => {
  await expect(load('nonsense\n')).rejects.toMatchObject({ code: 'SIPW_ERR_DISPATCHER_LIST' })
  expect((await load('# nobody today\n')).sets).toEqual([])
})

test('a file that cannot be read is refused by its name', async () => {
  const refused = loadSets(dispatcherConfig.parse({ source: { file } }))
  await expect(refused).rejects.toMatchObject({ code: 'SIPW_ERR_DISPATCHER_FILE' })
  await expect(refused).rejects.toThrow(file)
})

test('a source that is suddenly empty keeps what it said, unless it may be empty', async () => {
  for (const [allowEmpty, left] of [
    [false, 1],
    [true, 0],
  ] as const) {
    await writeFile(file, '1 sip:a\n')
    const config = dispatcherConfig.parse({ source: { file, allowEmpty } })
    const sources = new Sources(config, { clock: new VirtualClock(), log: quiet })
    await sources.load()
    await writeFile(file, '# nobody\n')
    const { sets } = await sources.load()
    expect(sets.flatMap(({ destinations }) => destinations)).toHaveLength(left)
    expect(sources.status()).toMatchObject([
      { name: file, state: allowEmpty ? 'ok' : 'failing', entries: left },
    ])
  }
})

test('a list that is written anew, or replaced by another file, is told', async () => {
  await writeFile(file, '1 sip:a\n')
  const clock = { now: () => performance.now(), after: realAfter }
  const sources = new Sources(dispatcherConfig.parse({ source: { file } }), { clock, log: quiet })
  await sources.load()
  for (const change of ['written', 'replaced']) {
    const told = new Promise<void>((resolve) => sources.watch(resolve))
    const text = `1 sip:${change}\n`
    await writeFile(change === 'written' ? file : `${file}.new`, text)
    if (change === 'replaced') await rename(`${file}.new`, file)
    await told
    const { sets } = await sources.load()
    expect(sets[0]?.destinations).toMatchObject([{ uri: `sip:${change}` }])
    await sources.close()
  }
})

function realAfter(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
}
