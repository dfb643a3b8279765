import { expect, test } from '@jest/globals'
import { parseAcl } from '#src/acl/acl-file.js'
import { Acl, isRequestText, SenderList } from '#src/acl/acl.js'

const empty = { allow: [], deny: [], groups: {} }

test('an empty list admits everyone; deny is stronger than allow, whatever is narrower', () => {
  expect(new Acl(empty).admits('192.0.2.1', false)).toBe(true)
  expect(new Acl(empty).isOpen).toBe(true)
  const acl = new Acl({ allow: ['192.0.2.7', '2001:db8::/32'], deny: ['192.0.2.0/24'], groups: {} })
  const admitted = ['192.0.2.7', '198.51.100.1', '2001:db8::1', '2001:db9::1'].map((address) =>
    acl.admits(address, false),
  )
  expect(admitted).toEqual([false, false, true, false])
})

test('our own need no line in allow, and may be denied', () => {
  const acl = new Acl({ allow: ['192.0.2.0/24'], deny: ['10.0.0.66'], groups: {} })
  expect([acl.admits('10.0.0.1', true), acl.admits('10.0.0.1', false)]).toEqual([true, false])
  expect(acl.admits('10.0.0.66', true)).toBe(false)
})

test('an IPv4-mapped address is its IPv4 address', () => {
  const acl = new Acl({ allow: [], deny: ['192.0.2.0/24'], groups: {} })
  expect(acl.admits('::ffff:192.0.2.1', false)).toBe(false)
  expect(acl.admits('::ffff:c000:201', false)).toBe(false)
})

test('a list that cannot be read changes nothing; configuration and file add up', () => {
  const acl = new Acl({ ...empty, deny: ['192.0.2.1'] })
  acl.list(parseAcl('deny 192.0.2.2 # a scanner\n\ncarriers 198.51.100.0/24\n', 'x'))
  expect(() => acl.list({ ...empty, deny: ['nonsense'] })).toThrow('nonsense')
  expect(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((each) => acl.admits(each, false))).toEqual([
    false,
    false,
    true,
  ])
  expect([acl.knows('carriers'), acl.holds('carriers', '198.51.100.9')]).toEqual([true, true])
  acl.become(new Acl(empty))
  expect([acl.isOpen, acl.knows('carriers')]).toEqual([true, false])
})

test('every faulty line of a file is named', () => {
  const text = 'deny 192.0.2.0/33\nallow\nallow 192.0.2.1 x\n0 192.0.2.1\nallow 192.0.2.0/24'
  expect(() => parseAcl(text, 'acl.txt')).toThrow(
    /acl\.txt is refused: line 1: .*; line 2: .*; line 3: .*; line 4: /,
  )
})

test('senders are named by block, by group, or by certificate; else the route does not start', () => {
  const acl = new Acl({ ...empty, groups: { carriers: ['198.51.100.0/24'] } })
  const list = new SenderList(['carriers', '192.0.2.1', 'peer:SIP:Carrier.example'], acl)
  const has = (address: string, ...peerNames: string[]) => list.has({ address, peerNames })
  expect([has('198.51.100.1'), has('192.0.2.1'), has('192.0.2.2')]).toEqual([true, true, false])
  expect(has('192.0.2.2', 'other.example', 'carrier.example')).toBe(true)
  expect(() => new SenderList(['carrier'], acl)).toThrow('carrier is no address block')
})

test('responses are not asked about', () => {
  const texts = ['SIP/2.0 200 OK\r\n', '\r\n\r\nSIP/2.0 200', 'INVITE sip:a SIP/2.0\r\n', '']
  expect(texts.map(isRequestText)).toEqual([false, false, true, true])
})
