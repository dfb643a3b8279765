/** Who sent a request: ds_is_from_list, dispatcher.md §1.13. */
import { expect, test } from '@jest/globals'
import { hop, SipError, type Hop } from '@sipwright/framework'
import { VirtualClock } from '@sipwright/framework/testing'
import { type SenderOptions, Senders } from '#src/senders.js'
import { dispatching } from './rig.js'
import { destinations, type Given } from './select/rig.js'

const at = (address: string, port = 5060, transport = 'UDP', localPort = 5060) => ({
  address,
  port,
  transport,
  flow: {
    local: {
      ...{ transport, reliable: transport !== 'UDP', address: '192.0.2.1', port: localPort },
      ...{ advertisedHost: 'edge.example', advertisedPort: 5060, zone: '' },
    },
  },
})

/** What each sender is taken for. */
function senders(...given: readonly Given[]) {
  const index = new Senders({ clock: new VirtualClock(), locate: () => [] })
  const loaded = destinations(...given)
  index.watch(loaded)
  const find = (sender: Parameters<Senders['find']>[0], options?: SenderOptions) =>
    index.find(sender, undefined, options)?.id
  return { index, loaded, find }
}

test('address and port must match; a URI without a port matches any (modes 0 and 2)', () => {
  const { find } = senders('sip:192.0.2.11:5070', 'sip:192.0.2.12', 'sip:[2001:db8::1]:5060')
  expect(find(at('192.0.2.11', 5070))).toBe('sip:192.0.2.11:5070')
  expect(find(at('192.0.2.11', 5060))).toBeUndefined()
  expect(find(at('192.0.2.11', 5060), { port: false })).toBe('sip:192.0.2.11:5070')
  expect(find(at('192.0.2.12', 49_152))).toBe('sip:192.0.2.12')
  expect(find(at('2001:db8:0::1'))).toBe('sip:[2001:db8::1]:5060')
  expect(find(at('192.0.2.13'))).toBeUndefined()
  expect(find({ address: '192.0.2.12' })).toBe('sip:192.0.2.12')
  expect(find({ address: '192.0.2.11' })).toBeUndefined()
})

test('the transport is asked only where it is asked for, and only what a URI says counts (bit 2)', () => {
  const { find } = senders(
    'sip:192.0.2.11;transport=tcp',
    'sip:192.0.2.12',
    'sips:192.0.2.13',
    'sips:192.0.2.14;transport=ws',
  )
  expect(find(at('192.0.2.11', 40_000, 'UDP'))).toBe('sip:192.0.2.11;transport=tcp')
  expect(find(at('192.0.2.11', 40_000, 'UDP'), { transport: true })).toBeUndefined()
  expect(find(at('192.0.2.11', 40_000, 'TCP'), { transport: true })).toBeDefined()
  expect(find(at('192.0.2.12', 40_000, 'TCP'), { transport: true })).toBeDefined()
  expect(find(at('192.0.2.13', 40_000, 'TCP'), { transport: true })).toBeUndefined()
  expect(find(at('192.0.2.13', 40_000, 'TLS'), { transport: true })).toBeDefined()
  expect(find(at('192.0.2.14', 40_000, 'WSS'), { transport: true })).toBeDefined()
})

test('only those that may get requests, where that is asked for (bit 4)', () => {
  const { find, loaded } = senders('sip:192.0.2.11')
  loaded[0]!.health.force('inactive', 'silent', 1)
  expect(find(at('192.0.2.11'))).toBe('sip:192.0.2.11')
  expect(find(at('192.0.2.11'), { active: true })).toBeUndefined()
  loaded[0]!.health.force('trying', 'answers', 2)
  expect(find(at('192.0.2.11'), { active: true })).toBe('sip:192.0.2.11')
})

test('the socket that the request came by is the one that the destination names (bit 8)', () => {
  const { find } = senders(
    { uri: 'sip:192.0.2.11', attrs: { socket: 'udp:192.0.2.1:5080' } },
    { uri: 'sip:192.0.2.12', attrs: { socket: 'udp:192.0.2.1' } },
    'sip:192.0.2.13',
  )
  expect(find(at('192.0.2.11'))).toBeDefined()
  expect(find(at('192.0.2.11'), { socket: true })).toBeUndefined()
  expect(find(at('192.0.2.11', 5060, 'UDP', 5080), { socket: true })).toBeDefined()
  expect(find(at('192.0.2.12'), { socket: true })).toBeDefined()
  expect(find(at('192.0.2.13'), { socket: true })).toBeDefined()
  expect(find({ address: '192.0.2.12', port: 5060 }, { socket: true })).toBeUndefined()
})

test('best: whoever says most, and contradicts nothing (bit 16)', () => {
  const { find } = senders(
    'sip:192.0.2.11',
    'sip:192.0.2.11:5070',
    'sip:192.0.2.11:5070;transport=tcp',
    { uri: 'sip:192.0.2.11:5070;transport=tcp', id: 'd', attrs: { socket: 'tcp:192.0.2.1:5080' } },
  )
  const best = { best: true }
  expect(find(at('192.0.2.11', 5060), best)).toBe('sip:192.0.2.11')
  expect(find(at('192.0.2.11', 5070), best)).toBe('sip:192.0.2.11:5070')
  expect(find(at('192.0.2.11', 5070, 'TCP'), best)).toBe('sip:192.0.2.11:5070;transport=tcp')
  expect(find(at('192.0.2.11', 5070, 'TCP', 5080), best)).toBe('d')
  // Without it, the first that says the port.
  expect(find(at('192.0.2.11', 5070, 'TCP', 5080))).toBe('sip:192.0.2.11:5070')
})

test('flag 16 and what stands in no address send nothing', () => {
  const { find } = senders({ uri: 'sip:192.0.2.11', flags: 16 }, 'sip:name.example')
  expect(find(at('192.0.2.11'))).toBeUndefined()
  expect(find(at('name.example'))).toBeUndefined()
})

test('a name is known by its addresses: from the start of service, after each reload, and as they change', async () => {
  const clock = new VirtualClock()
  const answers: (readonly Hop[] | SipError)[] = []
  const asked: string[] = []
  const locate = (uri: string): readonly Hop[] | Promise<readonly Hop[]> => {
    asked.push(uri)
    const answer = answers.shift() ?? new SipError('SIPW_ERR_UNRESOLVABLE', [uri, 'no answer'])
    return answer instanceof SipError ? Promise.reject(answer) : Promise.resolve(answer)
  }
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const index = new Senders({ clock, locate })
  const known = (): boolean[] =>
    ['192.0.2.21', '192.0.2.22', '192.0.2.23'].map(
      (address) => index.find(at(address, 5060)) !== undefined,
    )
  // Two sets name the same host: it is asked for once.
  const [one, two] = [destinations('sip:gw.example'), destinations('sip:gw.example')]
  index.watch([...one, ...two])
  expect(asked).toEqual([])
  answers.push([hop('UDP', '192.0.2.21', 5060), hop('UDP', '192.0.2.22', 5060)])
  index.start()
  await settled()
  expect([asked.length, known()]).toEqual([1, [true, true, false]])

  answers.push([hop('TCP', '192.0.2.23', 5060)])
  clock.advance(10_000)
  await settled()
  expect(known()).toEqual([false, false, true])

  // Nobody answers: what was known last stands, over a reload too.
  clock.advance(10_000)
  await settled()
  index.watch([...one])
  expect(known()).toEqual([false, false, true])
  await settled()
  expect(known()).toEqual([false, false, true])

  index.watch(destinations('sip:192.0.2.21'))
  expect(known()).toEqual([true, false, false])
  const before = asked.length
  clock.advance(60_000)
  expect(asked).toHaveLength(before)
  index.stop()
})

test('a source is looked for in one set, or in all', async () => {
  const { dispatcher } = await dispatching({
    sets: { 1: { destinations: ['sip:192.0.2.11'] }, 2: { destinations: ['sip:192.0.2.12'] } },
  })
  expect(dispatcher.isFromSet(at('192.0.2.12'))).toBe(true)
  expect(dispatcher.isFromSet(at('192.0.2.12'), 1)).toBe(false)
  expect(dispatcher.sender(at('192.0.2.12'), 2)?.setId).toBe('2')
  expect(() => dispatcher.isFromSet(at('192.0.2.12'), 3)).toThrow('no destination set 3')
})

test('a thousand destinations at one address cost no more to tell apart than one', () => {
  const ports = Array.from({ length: 1_000 }, (_, n) => 20_000 + n)
  const { find } = senders(...ports.map((port) => `sip:192.0.2.11:${port}`))
  for (const port of ports) expect(find(at('192.0.2.11', port))).toBe(`sip:192.0.2.11:${port}`)
  expect(find(at('192.0.2.11', 5060))).toBeUndefined()
})

test('who is at the address of a destination is inside; on this machine, where all share one, its port or connection tells', () => {
  const { index } = senders('sip:192.0.2.11', 'sip:127.0.0.1:5071', 'sip:[::1]:5072;transport=tcp')
  const party = (port: number, transport = 'UDP') => ({ port, transport })
  expect(index.isAt('192.0.2.11', party(49_152))).toBe(true)
  expect(index.isAt('127.0.0.1')).toBe(true)
  expect(index.isAt('127.0.0.1', party(5071))).toBe(true)
  expect(index.isAt('127.0.0.1', party(49_152))).toBe(false)
  expect(index.isAt('127.0.0.1', party(49_152, 'TCP'))).toBe(false)
  expect(index.isAt('::1', party(49_152, 'TCP'))).toBe(true)
  expect(index.isAt('::1', party(49_152))).toBe(false)
})
