/** The balancer in front of SIPp backends, called by SIPp, over real sockets. */
import { afterEach, expect, test } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { DnsServer } from '@sipwright/framework/testing'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { type Scenario, Sipp, type SippCounts } from './sipp.js'
import { allSuccessful } from './sipp-counts.js'

afterEach(stopAll)

type Via = 'udp' | 'tcp'

interface Rig {
  readonly balancer: Balancer
  readonly port: number
  readonly address: string
  readonly backends: readonly Sipp[]
  /** Of the backends. */
  readonly ports: readonly number[]
  readonly call: (options: CallOptions) => Promise<Sipp>
  /** Takes all destinations but the first ones out of the configuration, and reloads it. */
  readonly keepOnly: (first: number) => void
}

interface CallOptions {
  readonly scenario?: Scenario
  readonly transport?: Via
  readonly callsPerSecond: number
  readonly calls: number
  readonly holdMs?: number
}

interface RigOptions {
  readonly scenarios: readonly Scenario[]
  readonly behind?: Via
  readonly address?: string
  readonly algorithm?: string
  readonly probe?: string
  /** Destinations to write instead of the backends' addresses, and the name server that knows them. */
  readonly named?: readonly string[]
  readonly dns?: string
  /** Ports for the backends, when they had to be known before. */
  readonly at?: readonly number[]
}

async function rig({
  scenarios,
  behind = 'udp',
  address = '127.0.0.1',
  algorithm = 'round-robin',
  probe = '{ interval: 0s }',
  named,
  dns,
  at,
}: RigOptions): Promise<Rig> {
  const host = address.includes(':') ? `[${address}]` : address
  const ports: number[] = []
  for (let count = 0; count <= scenarios.length; count++) ports.push(await freePort(address))
  const [port = 0, ...free] = ports
  const behindPorts = at ?? free
  const backends = scenarios.map((scenario, index) =>
    Sipp.answer({ scenario, address, transport: behind, port: behindPorts[index]! }),
  )
  const suffix = behind === 'tcp' ? ';transport=tcp' : ''
  const destinations = behindPorts.map(
    (each, index) => `{ uri: 'sip:${host}:${each}${suffix}', priority: ${100 - index} }`,
  )
  const configuration = (to: readonly string[]): string => `
listen: ['udp:${host}:${port}', 'tcp:${host}:${port}']
dispatcher:
  sets: { 1: { algorithm: ${algorithm}, destinations: [${to.join(', ')}] } }
  probe: ${probe}
dns: { servers: [${dns ?? ''}] }
log: { level: warn, format: json }
`
  const balancer = await Balancer.start({ 'lb.yaml': configuration(named ?? destinations) })
  return {
    balancer,
    port,
    address,
    backends,
    ports: behindPorts,
    keepOnly: (first) => {
      balancer.write('lb.yaml', configuration(destinations.slice(0, first)))
      balancer.process.signal('SIGHUP')
    },
    call: async ({ scenario = 'caller', transport = 'udp', ...rest }) =>
      Sipp.call({
        ...{ scenario, transport, address, port: await freePort(address) },
        ...{ target: `${host}:${port}`, ...rest },
      }),
  }
}

async function countsOf(backends: readonly Sipp[]): Promise<SippCounts[]> {
  return Promise.all(backends.map((backend) => backend.stopped()))
}

test('4b.1: round robin gives three backends exactly a third each', async () => {
  const { call, backends } = await rig({ scenarios: ['backend', 'backend', 'backend'] })
  const caller = await call({ callsPerSecond: 100, calls: 300 })
  expect(await caller.finished()).toEqual(allSuccessful(300))
  expect((await countsOf(backends)).map(({ created }) => created)).toEqual([100, 100, 100])
}, 60_000)

test.each<[Via, Via]>([
  ['udp', 'tcp'],
  ['tcp', 'udp'],
  ['tcp', 'tcp'],
])(
  'whole calls with re-INVITE pass from %s to %s (§16.6, §16.7)',
  async (transport, behind) => {
    const { call, backends } = await rig({ scenarios: ['backend', 'backend'], behind })
    const caller = await call({ transport, callsPerSecond: 50, calls: 50 })
    expect(await caller.finished()).toEqual(allSuccessful(50))
    expect((await countsOf(backends)).map(({ created }) => created)).toEqual([25, 25])
  },
  60_000,
)

test('whole calls pass over IPv6', async () => {
  const { call } = await rig({ scenarios: ['backend', 'backend'], address: '::1' })
  const caller = await call({ callsPerSecond: 50, calls: 50 })
  expect(await caller.finished()).toEqual(allSuccessful(50))
}, 60_000)

test.each<Via>(['udp', 'tcp'])(
  'a callee behind us ends the call, the caller came by %s (§12.2, §16.12)',
  async (transport) => {
    const { call, backends } = await rig({ scenarios: ['hanging-up-backend'] })
    const caller = await call({
      scenario: 'hung-up-on-caller',
      ...{ transport, callsPerSecond: 50, calls: 50 },
    })
    expect(await caller.finished()).toEqual(allSuccessful(50))
    expect((await countsOf(backends))[0]).toEqual(allSuccessful(50))
  },
  60_000,
)

test('4b.18: a backend that answers 503 costs no call, and gets one INVITE for each', async () => {
  const { call, backends } = await rig({
    scenarios: ['busy-backend', 'backend'],
    algorithm: 'priority',
  })
  const caller = await call({ callsPerSecond: 50, calls: 100 })
  expect(await caller.finished()).toEqual(allSuccessful(100))
  const [busy, good] = await countsOf(backends)
  expect(busy).toEqual(allSuccessful(100))
  expect(good).toEqual(allSuccessful(100))
}, 60_000)

test('4b.38: calls in progress keep to a backend that a reload took away (§12.2)', async () => {
  const { call, backends, keepOnly } = await rig({ scenarios: ['backend', 'backend'] })
  const caller = await call({ callsPerSecond: 50, calls: 150, holdMs: 2_000 })
  await pause(1_500)
  keepOnly(1)
  expect(await caller.finished()).toEqual(allSuccessful(150))
  const [kept, removed] = await countsOf(backends)
  expect(kept!.created + removed!.created).toBe(150)
  expect(removed).toEqual(allSuccessful(removed!.created))
  // It had half of what came in the first second and a half, and nothing since.
  expect(removed!.created).toBeGreaterThan(20)
  expect(removed!.created).toBeLessThan(60)
}, 60_000)

test('a backend by name is located by SRV, and a dead server of the name costs no call (RFC 3263 §4)', async () => {
  const [dead, alive] = [await freePort(), await freePort()]
  const names = await DnsServer.start()
  names.set('_sip._udp.media.example', 'SRV', [
    { priority: 1, weight: 0, port: dead, target: 'a.example' },
    { priority: 2, weight: 0, port: alive, target: 'a.example' },
  ])
  names.set('a.example', 'A', ['127.0.0.1'])
  const { call, backends } = await rig({
    scenarios: ['backend'],
    ...{ at: [alive], named: ["'sip:media.example'"], dns: `'${names.address}'` },
  })
  const caller = await call({ callsPerSecond: 50, calls: 50 })
  expect(await caller.finished()).toEqual(allSuccessful(50))
  expect((await countsOf(backends))[0]).toEqual(allSuccessful(50))
  await names.close()
}, 60_000)

test.each<Via>(['udp', 'tcp'])(
  '4b.22, 4b.23: a backend killed under 200 calls/s over %s costs no call (§16.9)',
  async (behind) => {
    const { call, backends, ports } = await rig({
      scenarios: ['answering-backend', 'answering-backend', 'answering-backend'],
      ...{ behind, probe: '{ interval: 300ms, timeout: 200ms, threshold: 2 }' },
    })
    const caller = await call({
      scenario: 'connecting-caller',
      ...{ callsPerSecond: 200, calls: 1_000, holdMs: 0 },
    })
    await pause(1_500)
    await backends[2]!.process.kill()
    // Two probes have failed by then; whoever listens there now must hear probes and no call.
    await pause(1_500)
    const invitations = behind === 'udp' ? await invitationsAt(ports[2]!, 1_000) : 0
    expect(await caller.finished()).toEqual(allSuccessful(1_000))
    expect(invitations).toBe(0)
    const [first, second] = await countsOf(backends.slice(0, 2))
    expect(first!.created).toBeGreaterThan(400)
    expect(second!.created).toBeGreaterThan(400)
  },
  60_000,
)

/** INVITEs that come to a port of which nothing answers. */
async function invitationsAt(port: number, forMs: number): Promise<number> {
  let count = 0
  const socket = createSocket('udp4')
  socket.on('message', (data) => {
    if (data.toString('latin1').startsWith('INVITE ')) count++
  })
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  await pause(forMs)
  socket.close()
  return count
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
