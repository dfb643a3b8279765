import { expect, test } from '@jest/globals'
import { parseConfig } from '#src/config/load.js'
import { topologyHiding, topologyOptions } from '#src/config/topology-section.js'

const rest = `listen: ['udp:127.0.0.1:5060']
dispatcher: { sets: { 1: { destinations: ['sip:10.0.1.10:5060'] } } }
`

function faultsOf(section: string): readonly string[] {
  const loaded = parseConfig('lb.yaml', `${rest}topologyHiding: ${section}\n`)
  if (loaded.kind === 'config') return []
  return loaded.faults.map(({ key, found, expected }) => `${key}: ${found}, ${expected}`)
}

test('absent or not enabled it is off; without a key the machine has one', () => {
  expect(topologyOptions(undefined, '.')).toBeUndefined()
  expect(topologyOptions(topologyHiding.parse({ enabled: false, key: 'x' }), '.')).toBeUndefined()
  expect(topologyOptions(topologyHiding.parse({}), '.')).not.toHaveProperty('key')
})

test('keys are secrets by name or as they are, and several rotate', () => {
  process.env['TOPOLOGY_TEST_KEY'] = 'a key of the environment'
  const section = topologyHiding.parse({
    key: ['env:TOPOLOGY_TEST_KEY', 'the one that was before'],
  })
  expect(topologyOptions(section, '.')?.key).toEqual([
    'a key of the environment',
    'the one that was before',
  ])
  delete process.env['TOPOLOGY_TEST_KEY']
})

test('a key that is too short, or cannot be read, is a fault, and is not told', () => {
  expect(faultsOf('{ key: tooshort }')).toEqual([
    'topologyHiding.key: one of 8, a secret of at least 16 characters',
  ])
  expect(faultsOf('{ key: env:TOPOLOGY_NOWHERE }')).toEqual([
    'topologyHiding.key: TOPOLOGY_NOWHERE is not set, a secret that can be read',
  ])
  expect(faultsOf('{ enabled: false, key: tooshort }')).toEqual([])
})

test('a misspelt key and a value that is none are faults', () => {
  const faults = faultsOf("{ callid: true, names: ['http://x'], strip: ['a b'] }")
  expect(faults).toHaveLength(3)
})
