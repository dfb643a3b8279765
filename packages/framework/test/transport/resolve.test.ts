import { afterEach, expect, test } from '@jest/globals'
import { hop } from '#src/message/flow.js'
import { isSipUri, parseUri, type SipUri } from '#src/message/uri.js'
import { parseVia } from '#src/message/via.js'
import { VirtualClock } from '#src/server/virtual-clock.js'
import { DnsServer } from '#src/testing/dns-server.js'
import { Resolver, resolveResponse, type ResolverOptions } from '#src/transport/resolve.js'
import { closeAll, closedPort, later, until } from './wire.js'

afterEach(closeAll)

const transports = ['UDP', 'TCP', 'TLS']

/** A resolver and its DNS server; draws are those of a fixed sequence. */
async function located(options: Partial<ResolverOptions> = {}) {
  const dns = await DnsServer.start()
  later(() => dns.close())
  const clock = new VirtualClock()
  const resolver = new Resolver({
    servers: [dns.address],
    transports,
    clock,
    random: () => 0,
    ...options,
  })
  later(() => resolver.close())
  const keys = async (text: string) => (await resolver.resolve(sip(text))).map(({ key }) => key)
  return { dns, clock, resolver, keys }
}

function sip(text: string): SipUri {
  const uri = parseUri(text)
  if (!isSipUri(uri)) throw new TypeError(text)
  return uri
}

function seeded(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const srv = (priority: number, weight: number, port: number, target: string) => ({
  priority,
  weight,
  port,
  target,
})

const naptr = (order: number, preference: number, services: string, replacement: string) => ({
  order,
  preference,
  flags: 's',
  services,
  replacement,
})

test.each([
  ['sip:10.0.0.1', hop('UDP', '10.0.0.1', 5060)],
  ['sip:10.0.0.1:5070', hop('UDP', '10.0.0.1', 5070)],
  ['sip:10.0.0.1;transport=tcp', hop('TCP', '10.0.0.1', 5060)],
  ['sip:10.0.0.1;transport=tls', hop('TLS', '10.0.0.1', 5061)],
  ['sips:10.0.0.1', hop('TLS', '10.0.0.1', 5061)],
  ['sips:10.0.0.1;transport=tcp', hop('TLS', '10.0.0.1', 5061)],
  ['sips:10.0.0.1:5070', hop('TLS', '10.0.0.1', 5070)],
  ['sip:[2001:DB8:0::1]', hop('UDP', '2001:db8::1', 5060)],
  ['sip:[::ffff:10.0.0.1]:5070', hop('UDP', '10.0.0.1', 5070)],
  ['sip:example.com;maddr=10.0.0.2', hop('UDP', '10.0.0.2', 5060)],
])('%s is answered at once, without DNS (RFC 3263 §4.1)', async (text, expected) => {
  const { dns, resolver } = await located()
  expect(resolver.resolve(sip(text))).toEqual([expected])
  expect(dns.queries).toEqual([])
})

test.each([
  ['sips:10.0.0.1;transport=udp', 'a sips URI does not go by UDP'],
  ['sip:10.0.0.1;transport=sctp', 'no transport SCTP here'],
  ['sip:0.0.0.0', 'not a unicast address'],
  ['sip:224.0.1.75', 'not a unicast address'],
  ['sip:255.255.255.255', 'not a unicast address'],
  ['sip:[ff02::1]', 'not a unicast address'],
])('%s is refused: %s', async (text, reason) => {
  const { resolver } = await located()
  await expect(Promise.resolve(resolver.resolve(sip(text)))).rejects.toThrow(reason)
})

test('a listener of another transport alone is used where there is no UDP', async () => {
  const { resolver } = await located({ transports: ['TCP'] })
  expect(resolver.resolve(sip('sip:10.0.0.1'))).toEqual([hop('TCP', '10.0.0.1', 5060)])
})

test('NAPTR chooses the transport, SRV the server and port, A and AAAA the address (RFC 3263 §4.1, §4.2)', async () => {
  const { dns, keys, resolver } = await located()
  dns
    .set('example.com', 'NAPTR', [
      naptr(90, 50, 'SIP+D2U', '_sip._udp.example.com'),
      naptr(50, 60, 'SIP+D2T', '_sip._tcp.example.com'),
      naptr(50, 50, 'SIP+D2S', '_sip._sctp.example.com'),
    ])
    .set('_sip._tcp.example.com', 'SRV', [
      srv(20, 0, 5062, 'two.example.com'),
      srv(10, 0, 5061, 'one.example.com'),
    ])
    .set('one.example.com', 'A', ['192.0.2.1'])
    .set('one.example.com', 'AAAA', ['2001:db8::1'])
    .set('two.example.com', 'A', ['192.0.2.2'])
  expect(await keys('sip:example.com')).toEqual([
    'TCP:192.0.2.1:5061',
    'TCP:2001:db8::1:5061',
    'TCP:192.0.2.2:5062',
  ])
  const again = resolver.resolve(sip('sip:example.com'))
  expect(again).toMatchObject([{ host: 'example.com' }, {}, {}])
  expect(dns.count('NAPTR', 'example.com')).toBe(1)
})

test('a sips URI takes SIPS services only; a NAPTR whose servers are missing gives way to the next', async () => {
  const { dns, keys } = await located()
  dns
    .set('example.com', 'NAPTR', [
      naptr(10, 0, 'SIP+D2U', '_sip._udp.example.com'),
      naptr(20, 0, 'SIPS+D2T', '_gone._tcp.example.com'),
      naptr(30, 0, 'sips+d2t', '_sips._tcp.example.com'),
    ])
    .set('_sips._tcp.example.com', 'SRV', [srv(0, 0, 5061, 'one.example.com')])
    .set('one.example.com', 'A', ['192.0.2.1'])
  expect(await keys('sips:example.com')).toEqual(['TLS:192.0.2.1:5061'])
})

test('without NAPTR each transport of ours is asked for, and the preferred one that is there taken (RFC 3263 §4.1)', async () => {
  const { dns, keys } = await located()
  dns
    .set('_sip._tcp.example.com', 'SRV', [srv(0, 0, 5060, 'one.example.com')])
    .set('_sips._tcp.example.com', 'SRV', [srv(0, 0, 5061, 'one.example.com')])
    .set('one.example.com', 'A', ['192.0.2.1'])
  expect(await keys('sip:example.com')).toEqual(['TCP:192.0.2.1:5060'])
  expect(dns.count('SRV', '_sip._udp.example.com')).toBe(1)
})

test('without NAPTR and SRV the name itself is looked up, for UDP at 5060, with sips for TLS at 5061 (RFC 3263 §4.2)', async () => {
  const { dns, keys } = await located()
  dns.set('gw.example.com', 'A', ['192.0.2.1'])
  expect(await keys('sip:gw.example.com')).toEqual(['UDP:192.0.2.1:5060'])
  expect(await keys('sips:gw.example.com')).toEqual(['TLS:192.0.2.1:5061'])
})

test('a port means addresses only; a transport without a port means its SRV records (RFC 3263 §4.2)', async () => {
  const { dns, keys } = await located()
  dns
    .set('example.com', 'A', ['192.0.2.1'])
    .set('_sip._tcp.example.com', 'SRV', [srv(0, 0, 5070, 'example.com')])
  expect(await keys('sip:example.com:5080')).toEqual(['UDP:192.0.2.1:5080'])
  expect(dns.queries.map(({ type }) => type).sort()).toEqual(['A', 'AAAA'])
  expect(await keys('sip:example.com;transport=tcp')).toEqual(['TCP:192.0.2.1:5070'])
  expect(await keys('sip:example.com;transport=udp')).toEqual(['UDP:192.0.2.1:5060'])
  expect(dns.count('NAPTR', 'example.com')).toBe(0)
})

test('the SRV target "." says that there is no service (RFC 2782)', async () => {
  const { dns, keys } = await located()
  dns
    .set('example.com', 'A', ['192.0.2.1'])
    .set('_sip._udp.example.com', 'SRV', [srv(0, 0, 0, '.')])
  await expect(keys('sip:example.com;transport=udp')).rejects.toThrow(
    'no service at _sip._udp.example.com',
  )
})

test('weights decide how often a server comes first, each request drawing anew (RFC 2782)', async () => {
  const { dns, keys, resolver } = await located({ random: seeded(11), families: [4] })
  dns.set('_sip._udp.example.com', 'SRV', [
    srv(10, 70, 5060, 'a.example.com'),
    srv(10, 30, 5060, 'b.example.com'),
    srv(20, 0, 5060, 'c.example.com'),
  ])
  for (const [name, last] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ] as const) {
    dns.set(`${name}.example.com`, 'A', [`192.0.2.${last}`])
  }
  const text = 'sip:example.com;transport=udp'
  await keys(text)
  const first = new Map<string, number>()
  for (let call = 0; call < 1_000; call++) {
    const hops = resolver.resolve(sip(text))
    if (hops instanceof Promise) throw new Error('asked DNS although it is known')
    expect(hops).toHaveLength(3)
    expect(hops[2]!.address).toBe('192.0.2.3')
    first.set(hops[0]!.address, (first.get(hops[0]!.address) ?? 0) + 1)
  }
  expect(first.get('192.0.2.1')).toBeGreaterThan(650)
  expect(first.get('192.0.2.1')).toBeLessThan(750)
})

test('several addresses of a name take turns in coming first', async () => {
  const { dns, keys } = await located({ random: seeded(5), families: [4] })
  dns.set('gw.example.com', 'A', ['192.0.2.1', '192.0.2.2'])
  const first = new Set<string>()
  for (let call = 0; call < 50; call++) first.add((await keys('sip:gw.example.com:5060'))[0]!)
  expect(first.size).toBe(2)
})

test('a CNAME is followed', async () => {
  const { dns, keys } = await located()
  dns.alias('gw.example.com', 'real.example.net').set('real.example.net', 'A', ['192.0.2.7'])
  expect(await keys('sip:gw.example.com:5060')).toEqual(['UDP:192.0.2.7:5060'])
})

test('an answer that does not fit is fetched by TCP (RFC 1035 §4.2.2)', async () => {
  const { dns, keys } = await located({ families: [4] })
  dns.set('gw.example.com', 'A', ['192.0.2.1'])
  dns.behaviour = 'truncate'
  expect(await keys('sip:gw.example.com:5060')).toEqual(['UDP:192.0.2.1:5060'])
  expect(dns.queries.map(({ transport }) => transport)).toEqual(['UDP', 'TCP'])
})

test('a change is seen when the TTL has passed, and not asked for before its last tenth', async () => {
  const { dns, clock, keys } = await located({ families: [4] })
  dns.set('gw.example.com', 'A', ['192.0.2.1'], 20)
  const text = 'sip:gw.example.com:5060'
  expect(await keys(text)).toEqual(['UDP:192.0.2.1:5060'])
  dns.set('gw.example.com', 'A', ['192.0.2.2'], 20)
  clock.advance(17_999)
  expect(await keys(text)).toEqual(['UDP:192.0.2.1:5060'])
  expect(dns.queries).toHaveLength(1)
  clock.advance(2_001)
  expect(await keys(text)).toEqual(['UDP:192.0.2.2:5060'])
  expect(dns.queries).toHaveLength(2)
})

test('a name in use is asked for again before its answer ends, so that no call waits', async () => {
  const { dns, clock, keys, resolver } = await located({ families: [4] })
  dns.set('gw.example.com', 'A', ['192.0.2.1'], 20)
  const text = 'sip:gw.example.com:5060'
  await keys(text)
  dns.set('gw.example.com', 'A', ['192.0.2.2'], 20)
  clock.advance(18_500)
  expect(resolver.resolve(sip(text))).toMatchObject([{ address: '192.0.2.1' }])
  await until('the new answer', () => {
    const hops = resolver.resolve(sip(text))
    return !(hops instanceof Promise) && hops[0]!.address === '192.0.2.2'
  })
  expect(dns.queries).toHaveLength(2)
})

test('one question is asked once however many wait for its answer', async () => {
  const { dns, keys } = await located({ families: [4] })
  dns.set('gw.example.com', 'A', ['192.0.2.1'])
  const all = await Promise.all(Array.from({ length: 20 }, () => keys('sip:gw.example.com:5060')))
  expect(all).toHaveLength(20)
  expect(dns.queries).toHaveLength(1)
})

test('a missing name is believed missing for as long as its zone says (RFC 2308 §5)', async () => {
  const { dns, clock, keys } = await located({ families: [4] })
  const text = 'sip:gone.example.com:5060'
  await expect(keys(text)).rejects.toMatchObject({ code: 'SIPW_ERR_UNRESOLVABLE' })
  await expect(keys(text)).rejects.toThrow('no server found for sip:gone.example.com:5060')
  expect(dns.queries).toHaveLength(1)
  dns.set('gone.example.com', 'A', ['192.0.2.1'])
  clock.advance(30_000)
  expect(await keys(text)).toEqual(['UDP:192.0.2.1:5060'])
})

test('silence is an error within the time limit, after three attempts, and is not waited for again at once', async () => {
  const { dns, clock, keys } = await located({ families: [4], timeoutMs: 1_500 })
  dns.behaviour = 'silent'
  const failed = expect(keys('sip:gw.example.com:5060')).rejects.toThrow('no answer in time')
  for (let attempt = 1; attempt <= 3; attempt++) {
    await until(`attempt ${attempt}`, () => dns.queries.length === attempt)
    clock.advance(500)
  }
  await failed
  await expect(keys('sip:gw.example.com:5060')).rejects.toThrow('no answer in time')
  expect(dns.queries).toHaveLength(3)
})

test('a lost question is asked again', async () => {
  const { dns, clock, keys } = await located({ families: [4], timeoutMs: 1_500 })
  dns.set('gw.example.com', 'A', ['192.0.2.1'])
  dns.behaviour = 'silent'
  const found = keys('sip:gw.example.com:5060')
  await until('the first attempt', () => dns.queries.length === 1)
  dns.behaviour = 'answer'
  clock.advance(500)
  expect(await found).toEqual(['UDP:192.0.2.1:5060'])
})

test.each(['silent', 'servfail'] as const)(
  'with DNS down (%s) the last good answer holds on, and the next good one replaces it (RFC 8767)',
  async (behaviour) => {
    const { dns, clock, keys } = await located({ families: [4], timeoutMs: 2_000 })
    dns.set('gw.example.com', 'A', ['192.0.2.1'], 10)
    const text = 'sip:gw.example.com:5060'
    await keys(text)
    dns.behaviour = behaviour
    clock.advance(3_600_000)
    const found = keys(text)
    await until('the question', () => dns.queries.length === 2)
    if (behaviour === 'silent') clock.advance(2_000)
    expect(await found).toEqual(['UDP:192.0.2.1:5060'])
    dns.behaviour = 'answer'
    dns.set('gw.example.com', 'A', ['192.0.2.2'], 10)
    clock.advance(6_000)
    expect(await keys(text)).toEqual(['UDP:192.0.2.2:5060'])
  },
)

test('with DNS down a name of several steps keeps its last good answer too', async () => {
  const { dns, clock, keys } = await located({ families: [4] })
  dns
    .set('example.com', 'NAPTR', [naptr(10, 0, 'SIP+D2U', '_sip._udp.example.com')], 10)
    .set('_sip._udp.example.com', 'SRV', [srv(0, 0, 5070, 'one.example.com')], 10)
    .set('one.example.com', 'A', ['192.0.2.1'], 10)
  expect(await keys('sip:example.com')).toEqual(['UDP:192.0.2.1:5070'])
  dns.behaviour = 'silent'
  clock.advance(60_000)
  const found = keys('sip:example.com')
  await until('the question', () => dns.queries.length === 4)
  clock.advance(2_000)
  expect(await found).toEqual(['UDP:192.0.2.1:5070'])
})

test('a server that is not there is passed over at once', async () => {
  const dns = await DnsServer.start()
  later(() => dns.close())
  dns.set('gw.example.com', 'A', ['192.0.2.1'])
  const { keys } = await located({ servers: [`127.0.0.1:${await closedPort()}`, dns.address] })
  expect(await keys('sip:gw.example.com:5060')).toEqual(['UDP:192.0.2.1:5060'])
})

test('names that no DNS message can carry are refused without asking', async () => {
  const { dns, resolver } = await located()
  const uri = { ...sip('sip:a.example.com:5060'), host: `${'a'.repeat(64)}.example.com` }
  await expect(resolver.resolve(uri)).rejects.toThrow('not a DNS name')
  expect(dns.queries).toEqual([])
})

test('the cache keeps cacheEntries answers and forgets the oldest', async () => {
  const { dns, keys } = await located({ families: [4], cacheEntries: 2 })
  for (const name of ['a', 'b', 'c']) {
    dns.set(`${name}.example.com`, 'A', ['192.0.2.1'])
    await keys(`sip:${name}.example.com:5060`)
  }
  await keys('sip:c.example.com:5060')
  expect(dns.queries).toHaveLength(3)
  await keys('sip:a.example.com:5060')
  expect(dns.queries).toHaveLength(4)
})

test('closing ends what is under way', async () => {
  const { dns, keys, resolver } = await located()
  dns.behaviour = 'silent'
  const found = expect(keys('sip:gw.example.com:5060')).rejects.toThrow('closed')
  await until('the question', () => dns.queries.length > 0)
  resolver.close()
  await found
})

test('a DNS server is named by its numeric address', async () => {
  await expect(located({ servers: ['dns.example.com'] })).rejects.toThrow(
    'not the address of a DNS server: dns.example.com',
  )
})

test('localhost is known from the hosts file of this machine, without DNS', () => {
  const clock = new VirtualClock()
  const resolver = new Resolver({ transports, families: [4], clock, random: () => 0 })
  later(() => resolver.close())
  expect(resolver.resolve(sip('sip:localhost:5070'))).toEqual([
    hop('UDP', '127.0.0.1', 5070, 'localhost'),
  ])
})

test.each([
  ['SIP/2.0/TCP far.example.com:5080;maddr=192.0.2.99;received=192.0.2.98', 5080],
  ['SIP/2.0/TCP far.example.com', 5060],
])(
  'without its connection a response to %s goes to the source of the request, at the port of Via (§18.2.2)',
  (text, port) => {
    const local = {
      transport: 'TCP',
      reliable: true,
      address: '192.0.2.10',
      port: 5060,
      advertisedHost: '192.0.2.10',
      advertisedPort: 5060,
      zone: '',
    }
    const flow = { local, remoteAddress: '192.0.2.1', remotePort: 40_000, connection: 7 }
    expect(resolveResponse(parseVia(text), flow)).toEqual([hop('TCP', '192.0.2.1', port)])
  },
)
