/** TLS and secure WebSockets outside, UDP inside, over real sockets: security.md §3 rows 11, 27. */
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import WebSocket from 'ws'
import { Authority, type Pair } from './authority.js'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { type Scenario, Sipp } from './sipp.js'
import { allSuccessful } from './sipp-counts.js'
import { TlsTunnel } from './tls-tunnel.js'

const authority = new Authority()
const stranger = new Authority()
const tunnels: TlsTunnel[] = []
afterEach(async () => {
  for (const tunnel of tunnels.splice(0)) tunnel.close()
  await stopAll()
})
afterAll(() => {
  authority.remove()
  stranger.remove()
})

async function rig(backend: Scenario, section = '', client: object = {}) {
  const [port, udp, behind, entry] = await Promise.all([1, 2, 3, 4].map(() => freePort()))
  const backends = [Sipp.answer({ scenario: backend, port: behind! })]
  const edge = authority.sign({ names: ['DNS:edge.example'] })
  const balancer = await Balancer.start({
    ...{ 'edge.pem': edge.certificate, 'edge.key': edge.key, 'ca.pem': authority.certificate },
    'lb.yaml': `
listen: ['tls:127.0.0.1:${port}', 'udp:127.0.0.1:${udp}']
tls: { certificate: edge.pem, key: edge.key, ca: ca.pem ${section} }
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }
  probe: { interval: 0 }
# All callers are one source here.
limits: { connectionsPerSource: 1000 }
`,
  })
  const names = { servername: 'edge.example', ca: authority.certificate }
  tunnels.push(await TlsTunnel.at(entry!, { host: '127.0.0.1', port: port!, ...names, ...client }))
  const call = async (scenario: Scenario, calls: number, more: object = {}) => {
    const caller = Sipp.call({
      ...{ scenario, transport: 'tcp', port: await freePort(), target: `127.0.0.1:${entry}` },
      ...{ callsPerSecond: 50, calls, ...more },
    })
    return caller
  }
  return { balancer, backends, call }
}

test.each<[Scenario, Scenario]>([
  ['caller', 'backend'],
  ['hung-up-on-caller', 'hanging-up-backend'],
])(
  'whole calls by TLS reach a backend by UDP, and come back: %s, %s (RFC 5658)',
  async (caller, backend) => {
    const { call } = await rig(backend)
    const counts = await (await call(caller, 50)).finished()
    expect(counts).toEqual(allSuccessful(50))
  },
  60_000,
)

test('mutual TLS: calls of who has a certificate pass', async () => {
  const phone = authority.sign({ names: ['DNS:gw.carrier.example'] })
  const { call } = await rig('backend', ', clientCertificate: required', {
    ...{ cert: phone.certificate, key: phone.key },
  })
  expect(await (await call('caller', 20)).finished()).toEqual(allSuccessful(20))
}, 60_000)

test.each([
  ['none at all', {}],
  ['one of another authority', stranger.sign({ names: ['DNS:gw.carrier.example'] })],
  ['one that has expired', authority.sign({ names: ['DNS:gw.carrier.example'], expired: true })],
])(
  'mutual TLS: calls of who shows %s come to nothing',
  async (_, pair: Partial<Pair>) => {
    const { call } = await rig('backend', ', clientCertificate: required', {
      ...(pair.certificate && { cert: pair.certificate, key: pair.key }),
    })
    const counts = await (await call('caller', 3, { patienceMs: 1_000 })).finished()
    expect(counts).toMatchObject({ successful: 0 })
  },
  60_000,
)

test('whole calls by a secure WebSocket reach a backend by UDP (RFC 7118)', async () => {
  const [port, behind] = [await freePort(), await freePort()]
  const backend = await SipBackend.at(behind)
  const edge = authority.sign({ names: ['DNS:edge.example'] })
  await Balancer.start({
    ...{ 'edge.pem': edge.certificate, 'edge.key': edge.key },
    'lb.yaml': `
listen: ['wss:127.0.0.1:${port}', 'udp:127.0.0.1:${await freePort()}']
tls: { certificate: edge.pem, key: edge.key }
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0 } }
`,
  })
  const names = { servername: 'edge.example', ca: authority.certificate }
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, 'sip', names)
  await once(socket, 'open')
  const heard: string[] = []
  socket.on('message', (data: Buffer) => heard.push(data.toString('latin1')))
  for (let call = 0; call < 20; call++) {
    const invited = await asked(call, 1, 'INVITE', 'sip:bob@example.com', '<sip:bob@example.com>')
    const value = (name: string): string[] =>
      [...invited.matchAll(new RegExp(`\r\n${name}: (.*)`, 'g'))].map(([, each]) => each!)
    const routes = value('Record-Route')
      .reverse()
      .map((each) => `Route: ${each}`)
    const contact = /<(.*)>/.exec(value('Contact')[0]!)![1]!
    socket.send(request(call, 1, 'ACK', contact, value('To')[0]!, routes))
    expect(await asked(call, 2, 'BYE', contact, value('To')[0]!, routes)).toMatch(/^SIP\/2\.0 200/)
  }
  const of = (wanted: string) => backend.requests.filter(({ method }) => method === wanted).length
  expect([of('INVITE'), of('ACK'), of('BYE')]).toEqual([20, 20, 20])
  socket.terminate()
  backend.close()

  type Asked = Parameters<typeof request>
  /** The final answer. */
  async function asked(...[call, cseq, method, ...rest]: Asked): Promise<string> {
    socket.send(request(call, cseq, method, ...rest))
    const isAnswer = new RegExp(`^SIP/2\\.0 [2-6][^]*\r\nCall-ID: ws-${call}\r[^]*CSeq: ${cseq} `)
    for (;;) {
      const answer = heard.find((each) => isAnswer.test(each))
      if (answer !== undefined) return answer
      await once(socket, 'message')
    }
  }
}, 60_000)

function request(
  ...[call, cseq, method, uri, to, routes = []]: [
    ...[call: number, cseq: number, method: string, uri: string, to: string],
    routes?: readonly string[],
  ]
): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK-${call}-${method}`,
    ...routes,
    'Max-Forwards: 70',
    `From: <sip:alice@example.com>;tag=${call}`,
    `To: ${to}`,
    `Call-ID: ws-${call}`,
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:alice@df7jal23ls0d.invalid;transport=ws>',
    ...['Content-Length: 0', '', ''],
  ].join('\r\n')
}

test('other certificates under 100 calls/s, each by a connection of its own, cost no call', async () => {
  const { balancer, call } = await rig('answering-backend')
  const caller = await call('connecting-caller', 500, {
    ...{ callsPerSecond: 100, holdMs: 0, socketPerCall: true },
  })
  for (let change = 0; change < 3; change++) {
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    const next = authority.sign({ names: ['DNS:edge.example'] })
    balancer.write('edge.key', next.key)
    balancer.write('edge.pem', next.certificate)
    balancer.process.signal('SIGHUP')
    await balancer.process.printed(
      new RegExp(`(other certificates are in force[^]*){${change + 1}}`),
    )
  }
  expect(await caller.finished()).toEqual(allSuccessful(500))
}, 60_000)
