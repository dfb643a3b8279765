import { expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dispatcherConfig } from '#src/config.js'
import { formatFault, parseDispatcherList } from '#src/source/dispatcher-list.js'
import { VirtualClock } from '@sipwright/framework/testing'
import { type DispatcherConfig } from '#src/config.js'
import { type LoadedSets, Sources } from '#src/source/sources.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const loadSets = (config: DispatcherConfig): Promise<LoadedSets> =>
  new Sources(config, { clock: new VirtualClock(), log: quiet }).load()

test('a list as Kamailio users have it, with LF and with CRLF', () => {
  const lines = [
    '# line format',
    '# setid destination flags priority attrs',
    '',
    '2 sip:127.0.0.1:5080',
    '2 sip:127.0.0.1:5082;transport=tcp 0x8 -5 Weight=50;DUID=abc;my="x; y"  # standby',
    '\t1\tsip:gw.example.com\t9',
  ]
  const unix = parseDispatcherList(lines.join('\n'))
  expect(parseDispatcherList(lines.join('\r\n'))).toEqual(unix)
  expect(unix.faults).toEqual([])
  expect(unix.entries.map(({ setId, destination: { uri, flags } }) => [setId, uri, flags])).toEqual(
    [
      ['2', 'sip:127.0.0.1:5080', 0],
      ['2', 'sip:127.0.0.1:5082;transport=tcp', 8],
      ['1', 'sip:gw.example.com', 9],
    ],
  )
  expect(unix.entries[1]!.destination).toMatchObject({
    priority: -5,
    attrs: { weight: '50', duid: 'abc', my: 'x; y' },
  })
})

test.each([
  ['x sip:a', 'x', 'a set id'],
  ['1', 'the end of the line', 'a SIP URI'],
  ['1 http://a', 'http://a', 'a SIP URI'],
  ['1 sip:a 64', '64', 'flags from 0 to 63'],
  ['1 sip:a 0x40', '0x40', 'flags from 0 to 63'],
  ['1 sip:a 0 high', 'high', 'a priority'],
  ['1 sip:a 0 0 weight=many', 'weight=many', 'a whole number'],
  ['1 sip:a 0 0 a=b more', 'more', 'the end of the line'],
  ['1 sip:a 0 0 a="b', 'a="b', 'a closing quote'],
])('the line %p is a fault that says what was found and expected', (line, found, expected) => {
  const { entries, faults } = parseDispatcherList(`# first\n${line}\n1 sip:good`)
  expect(entries).toHaveLength(1)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatchObject({ line: 2, found })
  expect(formatFault(faults[0]!)).toContain(expected)
})

test('4b.58: a bad line leaves the rest in force; strict refuses the file and names the line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dispatcher-'))
  try {
    const file = join(folder, 'dispatcher.list')
    await writeFile(file, '1 sip:a\n1 nonsense\n1 sip:a\n')
    const { sets, faults } = await loadSets(dispatcherConfig.parse({ source: { file } }))
    expect(sets[0]!.destinations.map(({ uri }) => uri)).toEqual(['sip:a'])
    expect(faults.map(({ line }) => line)).toEqual([2, 3])
    const strict = dispatcherConfig.parse({ source: { file, strict: true } })
    await expect(loadSets(strict)).rejects.toThrow(/line 2: found "nonsense", expected a SIP URI/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
