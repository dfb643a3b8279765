import { expect, test } from '@jest/globals'
import { invite } from '@sipwright/framework/testing'
import { kamailioHash } from '#src/select/kamailio/hash.js'
import {
  kamailio0,
  kamailio1,
  kamailio2,
  kamailio3,
  kamailio5,
  kamailio7,
} from '#src/select/kamailio/hashes.js'
import { atWork, destinations, down, walked } from '../rig.js'

/** Kamailio's order of equal priorities is the reverse: index 0 is the last line. */
const lines = ['sip:3', 'sip:2', 'sip:1', 'sip:0']

function request(from: string, to: string, uri: string) {
  const made = invite({ callId: 'a84b4c76e66710@pc33.atlanta.com' })
  made.uri = uri
  made.headers.set('From', `<${from}>;tag=1`)
  made.headers.set('To', `<${to}>`)
  return made
}

const made = request('sip:alice@server.com', 'sip:bob@server.com', 'sip:bob@server.com:5080')

test('4b.14: the slot is the hash modulo the number of destinations, in the reverse order of the lines', () => {
  const loaded = destinations(...lines)
  const first = (algorithm: typeof kamailio0, options = {}): string | undefined =>
    atWork(algorithm, loaded, options).walk(undefined, made).next()?.id
  expect(first(kamailio0)).toBe('sip:2')
  expect(first(kamailio1)).toBe('sip:0')
  expect(first(kamailio2)).toBe('sip:2')
  expect(first(kamailio3)).toBe('sip:0')
  expect(first(kamailio1, { userOnly: true })).toBe('sip:1')
  expect(first(kamailio7, { key: 'from.user' })).toBe('sip:1')
})

test('4b.14: a dead one is probed past, once around', () => {
  const loaded = destinations(...lines)
  down(loaded[1])
  const order = walked(atWork(kamailio0, loaded).walk(undefined, made))
  expect(order).toEqual(['sip:2', 'sip:3', 'sip:0', 'sip:1'])
  expect(order.filter((id) => id !== 'sip:2')[0]).toBe('sip:3')
})

test('the highest priority is index 0', () => {
  const loaded = destinations('sip:low', { uri: 'sip:high', priority: 9 })
  const slot = kamailioHash(made.callId) % 2
  expect(atWork(kamailio0, loaded).walk(undefined, made).next()?.id).toBe(
    slot === 0 ? 'sip:high' : 'sip:low',
  )
})

test('5 hashes who authenticates, and goes in turn without; 7 without its key has no destination', () => {
  const loaded = destinations(...lines)
  const { walk, choices } = atWork(kamailio5, loaded)
  expect(new Set(choices(4)).size).toBe(4)
  const known = made.clone()
  known.headers.set('Proxy-Authorization', 'Digest username="alice", realm="x"')
  expect(walk(undefined, known).next()?.id).toBe('sip:1')
  expect(walked(atWork(kamailio7, loaded, { key: 'header:X-None' }).walk())).toEqual([])
})
