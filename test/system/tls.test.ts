/** TLS outside, UDP inside: issue of the security buffer, over real sockets. */
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { Authority } from './authority.js'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { type Scenario, Sipp } from './sipp.js'
import { TlsTunnel } from './tls-tunnel.js'

const authority = new Authority()
const tunnels: TlsTunnel[] = []
afterEach(async () => {
  for (const tunnel of tunnels.splice(0)) tunnel.close()
  await stopAll()
})
afterAll(() => authority.remove())

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
    expect(counts).toMatchObject({ created: 50, successful: 50, failed: 0 })
  },
  60_000,
)

test('mutual TLS: calls of who has a certificate pass, others come to nothing', async () => {
  const phone = authority.sign({ names: ['DNS:gw.carrier.example'] })
  const { call } = await rig('backend', ', clientCertificate: required', {
    ...{ cert: phone.certificate, key: phone.key },
  })
  expect(await (await call('caller', 20)).finished()).toMatchObject({ successful: 20, failed: 0 })
}, 60_000)

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
  expect(await caller.finished()).toMatchObject({ created: 500, successful: 500, failed: 0 })
}, 60_000)
