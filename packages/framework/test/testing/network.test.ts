import { expect, test } from '@jest/globals'
import { Network, Phone } from '#src/testing/index.js'

const alice = 'UDP:192.0.2.1:5060'
const bob = 'UDP:192.0.2.2:5060'
const bobUri = 'sip:bob@192.0.2.2'

test('a datagram arrives after the latency of its link', async () => {
  const network = new Network({ link: { latencyMs: 30 } })
  network.impair('192.0.2.2', '192.0.2.1', { latencyMs: 5 })
  const [from, to] = [await Phone.at(network, alice), await Phone.at(network, bob)]
  const sent = from.send('OPTIONS', bobUri)
  await network.run(1_000)
  expect(to.times('OPTIONS')).toEqual([30])
  expect(sent.endedAt).toBe(35)
})

test('equal seeds lose, double and reorder the same datagrams; another seed others', async () => {
  const runs = await Promise.all([7, 7, 8].map(fates))
  expect(runs[0]).toBe(runs[1])
  expect(runs[0]).not.toBe(runs[2])

  async function fates(seed: number): Promise<string> {
    const link = { loss: 0.2, duplication: 0.2, reordering: 0.2, jitterMs: 3 }
    const network = new Network({ seed, link })
    const from = await Phone.at(network, alice)
    await Phone.at(network, bob)
    for (let i = 0; i < 50; i++) from.send('OPTIONS', bobUri)
    await network.run(32_000)
    return network.ladder()
  }
})

test('loss, duplication and reordering come as often as asked', async () => {
  const link = { loss: 0.1, duplication: 0.1, reordering: 0.1, reorderMs: 50 }
  const network = new Network({ seed: 3, link })
  const from = await Phone.at(network, alice)
  await Phone.at(network, bob)
  for (let i = 0; i < 5_000; i++) from.sendText(bob, `rubbish ${i}`)
  await network.run(1_000)
  const arrived = network.trace.filter(({ arrivedAt }) => arrivedAt !== undefined)
  const late = arrived.filter(({ sentAt, arrivedAt }) => arrivedAt! - sentAt > 50)
  expect(network.trace.length / 5_000).toBeCloseTo(1.1, 1)
  expect(arrived.length / network.trace.length).toBeCloseTo(0.9, 1)
  expect(late.length / arrived.length).toBeCloseTo(0.1, 1)
})

test('a closed port answers a datagram with ICMP, a host without power with nothing', async () => {
  const network = new Network()
  const from = await Phone.at(network, alice)
  await Phone.at(network, bob)
  network.crash('192.0.2.2', 'unreachable')
  const refused = from.send('OPTIONS', bobUri)
  await network.run(10)
  expect([refused.outcome, refused.endedAt]).toEqual(['unreachable', 2])
  network.crash('192.0.2.2')
  const unheard = from.send('OPTIONS', bobUri)
  await network.run(32_000)
  expect([unheard.outcome, unheard.endedAt]).toEqual(['timeout', 32_010])
  network.restore('192.0.2.2')
  const heard = from.send('OPTIONS', bobUri)
  await network.run(1_000)
  expect(heard.outcome).toBe(200)
})

test('a stream carries several messages over one connection, in order, whatever is lost (§18.3)', async () => {
  const network = new Network({ link: { loss: 1 } })
  const from = await Phone.at(network, 'TCP:192.0.2.1:5060')
  const to = await Phone.at(network, 'TCP:192.0.2.2:5060')
  const uri = 'sip:bob@192.0.2.2;transport=tcp'
  const sent = [1, 2, 3].map((cseq) => from.send('OPTIONS', uri, { cseq }))
  await network.run(1_000)
  expect(to.seen.map(({ request }) => request.cseq.number)).toEqual([1, 2, 3])
  expect(new Set(to.seen.map(({ flow }) => flow.connection)).size).toBe(1)
  expect(sent.map(({ outcome }) => outcome)).toEqual([200, 200, 200])
})

test('a connection is refused at once, swallowed until the connect timeout, or fails its handshake', async () => {
  const network = new Network()
  const from = await Phone.at(network, { at: ['TCP:192.0.2.1:5060', 'TLS:192.0.2.1:5061'] })
  await Phone.at(network, { at: ['TCP:192.0.2.2:5060', 'TLS:192.0.2.2:5061'] })
  network.fault('192.0.2.3:5060', { kind: 'black-hole' })
  network.fault('192.0.2.2:5061', { kind: 'handshake', reason: 'self-signed certificate' })
  const refused = from.send('OPTIONS', 'sip:bob@192.0.2.2:5099;transport=tcp')
  const swallowed = from.send('OPTIONS', 'sip:192.0.2.3;transport=tcp')
  const untrusted = from.send('OPTIONS', 'sips:192.0.2.2')
  await network.run(2_000)
  expect([refused, swallowed, untrusted].map(({ outcome }) => outcome)).toEqual(
    Array<string>(3).fill('unreachable'),
  )
  expect([refused, swallowed, untrusted].map(({ endedAt }) => endedAt)).toEqual([2, 1_000, 4])
})

test('a peer that forgot a connection resets it at the next message; then a new one is opened', async () => {
  const network = new Network()
  const from = await Phone.at(network, 'TCP:192.0.2.1:5060')
  const to = await Phone.at(network, 'TCP:192.0.2.2:5060')
  const uri = 'sip:bob@192.0.2.2;transport=tcp'
  from.send('OPTIONS', uri)
  await network.run(1_000)
  network.crash('192.0.2.2')
  network.restore('192.0.2.2')
  const lost = from.send('OPTIONS', uri)
  await network.run(1_000)
  const again = from.send('OPTIONS', uri)
  await network.run(1_000)
  expect([lost.outcome, again.outcome]).toEqual(['unreachable', 200])
  expect(to.count('OPTIONS')).toBe(2)
})

test('a connection that the peer closed in order is opened anew without a failure', async () => {
  const network = new Network()
  const from = await Phone.at(network, 'TCP:192.0.2.1:5060')
  await Phone.at(network, 'TCP:192.0.2.2:5060')
  const uri = 'sip:bob@192.0.2.2;transport=tcp'
  from.send('OPTIONS', uri)
  await network.run(1_000)
  network.reset('192.0.2.1', '192.0.2.2', 'closed')
  const again = from.send('OPTIONS', uri)
  await network.run(1_000)
  expect([again.outcome, from.unreached.length]).toEqual([200, 0])
})

test('an address is bound once', async () => {
  const network = new Network()
  await Phone.at(network, alice)
  await expect(Phone.at(network, alice)).rejects.toMatchObject({ code: 'SIPW_ERR_LISTEN' })
})

test('the ladder shows who sent what to whom, and what got lost', async () => {
  const network = new Network()
  network.impair('192.0.2.2', '192.0.2.1', { loss: 1 })
  const from = await Phone.at(network, alice)
  await Phone.at(network, bob)
  from.send('OPTIONS', bobUri)
  await network.run(100)
  expect(network.ladder()).toBe(
    [
      '      0.0  192.0.2.1:5060 --> 192.0.2.2:5060  UDP  OPTIONS sip:bob@192.0.2.2 SIP/2.0  [1 OPTIONS]',
      '      1.0  192.0.2.2:5060 --x 192.0.2.1:5060  UDP  SIP/2.0 200 OK  [1 OPTIONS]',
    ].join('\n'),
  )
})
