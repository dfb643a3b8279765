import { expect, test } from '@jest/globals'
import { hop, type Listener, type LocalAddress, parseUri, type SipUri } from '@sipwright/framework'
import { hostToAdvertise, Listeners } from '#src/server/listeners.js'
import { Zones } from '#src/server/zones.js'

function listener(transport: string, address: string, zone = 'public'): Listener {
  const local: LocalAddress = {
    ...{ transport, address, zone, port: 5060, reliable: transport !== 'UDP' },
    ...{ advertisedHost: address, advertisedPort: 5060 },
  }
  return {
    local,
    connections: 0,
    sendTo: () => undefined,
    sendBack: () => true,
    close: () => Promise.resolve(),
  }
}

function listeners(...all: Listener[]): Listeners {
  const made = new Listeners(['Example.COM'], new Zones({ inside: ['10.0.0.0/8'] }))
  for (const each of all) made.add(each)
  return made
}

const uri = (text: string): SipUri => parseUri(text) as SipUri

test('a URI leads to us by address and port, or by a domain that we answer for', () => {
  const ours = listeners(listener('UDP', '192.0.2.1'))
  expect(ours.isOurs(uri('sip:192.0.2.1'))).toBe(true)
  expect(ours.isOurs(uri('sip:bob@192.0.2.1:5060'))).toBe(true)
  expect(ours.isOurs(uri('sip:192.0.2.1:5070'))).toBe(false)
  expect(ours.isOurs(uri('sips:192.0.2.1'))).toBe(false)
  expect(ours.isOurs(uri('sip:bob@example.com'))).toBe(true)
  expect(ours.serves(uri('sip:bob@example.org'))).toBe(false)
})

test('a hop is sent to by the listener of its transport, family and zone; one that no zone names, by a public one', () => {
  const outside = listener('UDP', '192.0.2.1')
  const inside = listener('UDP', '192.0.2.2', 'inside')
  const six = listener('UDP', '2001:db8::1')
  const all = listeners(outside, inside, six)
  expect(all.for(hop('UDP', '10.1.1.1', 5060), outside.local)).toBe(inside)
  expect(all.for(hop('UDP', '198.51.100.1', 5060), inside.local)).toBe(outside)
  expect(all.for(hop('UDP', '198.51.100.1', 5060), undefined)).toBe(outside)
  expect(all.for(hop('UDP', '2001:db8::9', 5060), outside.local)).toBe(six)
})

test('of several listeners that fit alike it is the one of the request', () => {
  const [one, other] = [listener('UDP', '192.0.2.1'), listener('UDP', '192.0.2.2')]
  const peers = [listener('UDP', '192.0.2.3', 'peers'), listener('UDP', '192.0.2.4', 'peers')]
  const phone = hop('UDP', '198.51.100.1', 5060)
  expect(listeners(one, other).for(phone, other.local)).toBe(other)
  expect(listeners(...peers).for(phone, peers[1]!.local)).toBe(peers[1])
})

test('within a dialog the last of our own Route values names the listener, where it can reach the hop (RFC 5658 §6.2)', () => {
  const outside = listener('UDP', '192.0.2.1')
  const inside = listener('UDP', '192.0.2.2', 'inside')
  const tcp = listener('TCP', '192.0.2.1')
  const all = listeners(outside, inside, tcp)
  const phone = hop('UDP', '198.51.100.1', 5060)
  const taken = [uri('sip:192.0.2.2;lr'), uri('sip:192.0.2.1;lr')]
  expect(all.for(phone, outside.local, all.routedBy(taken.toReversed()))).toBe(inside)
  expect(all.for(phone, inside.local, all.routedBy(taken))).toBe(outside)
  expect(all.routedBy([uri('sip:192.0.2.1;transport=tcp;lr')])).toBe(tcp)
  expect(all.for(phone, inside.local, tcp)).toBe(outside)
  expect(all.routedBy([uri('sip:203.0.113.9;lr')])).toBeUndefined()
  expect(all.routedBy([])).toBeUndefined()
})

test('a hop that no listener can send to is named in the error, and left out where others can be reached', () => {
  const all = listeners(listener('UDP', '192.0.2.1'))
  const tcp = hop('TCP', '10.1.1.1', 5060)
  const udp = hop('UDP', '10.1.1.1', 5060)
  expect(() => all.for(tcp, undefined)).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_NO_LISTENER' }),
  )
  expect(all.reachable([tcp, udp])).toEqual([udp])
})

test('a socket bound to every interface is known by an address that others can reach', () => {
  expect(hostToAdvertise('192.0.2.1')).toBe('192.0.2.1')
  expect(hostToAdvertise('0.0.0.0')).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  expect(hostToAdvertise('0.0.0.0')).not.toBe('0.0.0.0')
})
