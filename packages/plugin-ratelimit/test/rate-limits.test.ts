import { expect, test } from '@jest/globals'
import { type AdmissionContext } from '@sipwright/framework'
import { invite, register } from '@sipwright/framework/testing'
import { from, limiting } from './rig.js'

const text = 'INVITE sip:bob@example.com SIP/2.0\r\n\r\n'
const unheard = (limits: ReturnType<typeof limiting>['limits'], address: string, count: number) =>
  Array.from({ length: count }, () => limits.isUnheard(text, from(address))).filter(Boolean).length

function asking(address: string, request = invite()): AdmissionContext {
  const flow = from(address)
  const zone = address.startsWith('10.') ? 'inside' : 'public'
  const source = { address, port: 5060, transport: 'UDP', zone, flow, peerNames: [] }
  return { request, source, now: 0, bytes: 500 }
}

test('a flood is banned, others are heard, and it is heard again when the ban ends (security.md §3 row 4)', () => {
  const { clock, limits, told } = limiting({ flood: { threshold: 100, banMs: 60_000 } })
  expect(unheard(limits, '192.0.2.1', 150)).toBe(50)
  expect(unheard(limits, '192.0.2.2', 50)).toBe(0)
  expect(limits.counters).toMatchObject({ floods: 1, banned: 49 })
  expect(told).toHaveLength(1)
  clock.advance(59_999)
  expect(unheard(limits, '192.0.2.1', 1)).toBe(1)
  clock.advance(1)
  expect(unheard(limits, '192.0.2.1', 1)).toBe(0)
})

test('whoever is inside or trusted by block sends as much as it likes', () => {
  const { limits } = limiting({ flood: { threshold: 10 }, trusted: ['198.51.100.0/24'] })
  expect(unheard(limits, '10.0.0.1', 1_000)).toBe(0)
  expect(unheard(limits, '198.51.100.7', 1_000)).toBe(0)
  expect(limits.bans.list()).toEqual([])
})

test('of all who share this machine, a backend is trusted by its port, and heard when another is banned', () => {
  const { limits } = limiting({ flood: { threshold: 10 }, bruteForce: { failures: 2 } })
  const [backend, stranger] = [from('127.0.0.1'), from('127.0.0.1')].map((flow, index) => ({
    ...flow,
    remotePort: index === 0 ? 5071 : 40_000,
  }))
  for (const _ of [1, 2]) limits.authenticationFailed(backend!, 'alice')
  expect(limits.bans.list()).toEqual([])
  for (const _ of [1, 2]) limits.authenticationFailed(stranger!, 'alice')
  expect(limits.bans.list()).toHaveLength(1)
  expect(limits.isUnheard(text, stranger!)).toBe(true)
  expect(limits.isUnheard(text, backend!)).toBe(false)
})

test('many sources that send a little each are not banned (row 5)', () => {
  const { limits } = limiting({ flood: {} })
  let dropped = 0
  for (let n = 0; n < 200_000; n++) {
    const address = `${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.9`
    if (limits.isUnheard(text, from(address))) dropped++
  }
  expect([dropped, limits.bans.list().length]).toEqual([0, 0])
})

test('scanners are dropped, or banned with all else that they send', () => {
  const scan = text.replace('\r\n\r\n', '\r\nUser-Agent: friendly-scanner\r\n\r\n')
  const dropping = limiting({ scanners: {} }).limits
  expect(dropping.isUnheard(scan, from('192.0.2.1'))).toBe(true)
  expect(dropping.isUnheard(text, from('192.0.2.1'))).toBe(false)
  const banning = limiting({ scanners: { action: 'ban' } }).limits
  expect(banning.isUnheard(scan, from('192.0.2.1'))).toBe(true)
  expect(banning.isUnheard(text, from('192.0.2.1'))).toBe(true)
  // No backend is a scanner, but none is banned.
  expect(banning.isUnheard(scan, from('10.0.0.1'))).toBe(true)
  expect(banning.isUnheard(text, from('10.0.0.1'))).toBe(false)
})

test('limits per source and of all: 503 with Retry-After, or silence; dialogs go on', () => {
  const { limits } = limiting({
    limits: [
      { per: 'source', perSecond: 2, burst: 3, methods: ['INVITE'] },
      { per: 'global', perSecond: 1, burst: 5, action: 'drop' },
    ],
  })
  const first = [1, 2, 3].map(() => limits.admit(asking('192.0.2.1')))
  expect(first).toEqual([undefined, undefined, undefined])
  expect(limits.admit(asking('192.0.2.1'))).toEqual({
    status: 503,
    headers: { 'Retry-After': '1' },
  })
  expect(limits.admit(asking('192.0.2.1', invite({ toTag: 'x' })))).toBeUndefined()
  expect(limits.admit(asking('192.0.2.1', register()))).toBeUndefined()
  expect(limits.admit(asking('192.0.2.2'))).toBeUndefined()
  expect(limits.admit(asking('192.0.2.3'))).toBe('drop')
  expect(limits.admit(asking('10.0.0.1'))).toBeUndefined()
  expect(limits.limits().map(({ exceeded }) => exceeded)).toEqual([1, 1])
})

test('guessed passwords ban their source, and nobody who is trusted (row 3)', () => {
  const { limits } = limiting({ bruteForce: { failures: 10 } })
  for (let n = 1; n < 10; n++) limits.authenticationFailed(from('192.0.2.1'), `user${n}`)
  expect(limits.bans.list()).toEqual([])
  limits.authenticationFailed(from('192.0.2.1'), 'x'.repeat(60_000))
  expect(limits.bans.list()).toMatchObject([{ source: '192.0.2.1', reason: '10 wrong passwords' }])
  for (let n = 0; n < 50; n++) limits.authenticationFailed(from('10.0.0.1'), 'alice')
  expect(limits.bans.list()).toHaveLength(1)
})

test('another configuration holds at once; bans stay', () => {
  const { limits } = limiting({ flood: { threshold: 10 } })
  unheard(limits, '192.0.2.1', 20)
  limits.configure({ limits: [{ per: 'source', perSecond: 1 }] })
  expect(unheard(limits, '192.0.2.1', 1)).toBe(1)
  expect(unheard(limits, '192.0.2.2', 1_000)).toBe(0)
  expect(limits.admit(asking('192.0.2.2'))).toBeUndefined()
  expect(limits.admit(asking('192.0.2.2'))).toMatchObject({ status: 503 })
  expect(() => limits.configure({ limits: [{ per: 'source', perSecond: -1 }] })).toThrow(
    /limits\.0\.perSecond/,
  )
})

test('far above a limit of all, requests outside dialogs are not even read; as many as the limit allows pass all the while (row 5)', () => {
  const { clock, limits } = limiting({ limits: [{ per: 'global', perSecond: 100, burst: 1 }] })
  let [read, admitted] = [0, 0]
  for (let n = 0; n < 20_000; n++) {
    const address = `192.0.${n >> 8}.${n & 255}`
    if (!limits.isUnheard(text, from(address))) {
      read++
      if (limits.admit({ ...asking(address), now: clock.now() }) === undefined) admitted++
    }
    clock.advance(0.1)
  }
  // Two seconds: in each a hundred are admitted and as many refused.
  expect(admitted).toBeGreaterThanOrEqual(199)
  expect(admitted).toBeLessThanOrEqual(201)
  expect(read).toBeLessThanOrEqual(2 * 200 + 10)
  expect(limits.counters.unread).toBe(20_000 - read)
  expect(limits.counters.limited).toBe(20_000 - admitted)
})

test('not even then is anything dropped of dialogs, of other methods, of responses, or of who is inside', () => {
  const { limits } = limiting({
    limits: [{ per: 'global', perSecond: 10, burst: 1, methods: ['INVITE', 'BYE'] }],
  })
  for (let n = 0; n < 100; n++) limits.admit(asking('192.0.2.1'))
  const heard = (message: string, address = '192.0.2.2') =>
    !limits.isUnheard(`${message}\r\nCall-ID: 1\r\n\r\n`, from(address))
  const start = 'INVITE sip:bob@example.com SIP/2.0\r\nFrom: <sip:a@b>;tag=1\r\n'
  expect(heard(`${start}To: <sip:bob@example.com>`)).toBe(false)
  expect(heard(`${start}t: "tag=1" <sip:bob@example.com>`)).toBe(false)
  expect(heard(`${start}To: <sip:bob@example.com>;tag=2`)).toBe(true)
  expect(heard(`${start}T : <sip:bob@example.com>\r\n ; x=y;\r\n\tTAG =2`)).toBe(true)
  expect(heard('OPTIONS sip:bob@example.com SIP/2.0\r\nTo: <sip:bob@example.com>')).toBe(true)
  expect(heard('ACK sip:bob@example.com SIP/2.0\r\nTo: <sip:bob@example.com>')).toBe(true)
  expect(heard('SIP/2.0 200 OK\r\nTo: <sip:bob@example.com>')).toBe(true)
  expect(heard(`${start}To: <sip:bob@example.com>`, '10.0.0.1')).toBe(true)
})
