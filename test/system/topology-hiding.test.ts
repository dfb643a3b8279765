/** Topology hiding over real sockets: backends on 127.0.0.2, callers on 127.0.0.1, which no zone holds. security.md row 21. */
import { afterEach, expect, test } from '@jest/globals'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { SipCaller } from './sip-caller.js'
import { Sipp } from './sipp.js'
import { allSuccessful } from './sipp-counts.js'

afterEach(stopAll)

const behind = '127.0.0.2'
const hiding = "{ key: 'known to all nodes of the edge', callId: true, tags: true, sdp: true }"

async function balancerFor(port: number, backend: number): Promise<Balancer> {
  return Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}', 'tcp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: ['sip:${behind}:${backend}'] } }
  probe: { interval: 0s }
topologyHiding: ${hiding}
flood: { threshold: 60000 }
`,
  })
}

test('calls of before a restart go on after it, and nothing that came names the backend', async () => {
  const [port, at] = [await freePort(), await freePort(behind)]
  const backend = await SipBackend.at(at, { address: behind })
  const caller = await SipCaller.to(port)
  const balancer = await balancerFor(port, at)
  const answered = await Promise.all(Array.from({ length: 10 }, () => caller.call()))
  const calls = answered.flatMap(({ call }) => call ?? [])
  expect(calls).toHaveLength(10)
  await balancer.restart()
  const [first, ...others] = calls
  const forged = first!.contact.replace(/th1-(.{8})/, 'th1-AAAAAAAA')
  expect(await caller.bye({ ...first!, callId: first!.callId, contact: forged })).toBe(481)
  for (const call of others) expect(await caller.bye(call)).toBe(200)
  const byes = backend.requests.filter(({ method }) => method === 'BYE')
  expect(new Set(byes.map(({ callId }) => callId)).size).toBe(9)
  for (const { uri } of byes) expect(uri).toBe(`sip:backend@${behind}:${at}`)
  const named = caller.heard.filter((text) => text.includes(behind) || text.includes(`:${at}`))
  expect(named).toEqual([])
  for (const end of [backend, caller]) end.close()
}, 60_000)

test("SIPp's calls with re-INVITE and BYE pass a restart in their midst, none fails", async () => {
  const [port, at, from] = [await freePort(), await freePort(behind), await freePort()]
  const backend = Sipp.answer({ scenario: 'backend', address: behind, port: at })
  const balancer = await balancerFor(port, at)
  const caller = Sipp.call({
    ...{ scenario: 'caller', port: from, target: `127.0.0.1:${port}` },
    ...{ callsPerSecond: 30, calls: 30, holdMs: 3_000 },
  })
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  await balancer.restart()
  expect(await caller.finished()).toEqual(allSuccessful(30))
  expect(await backend.stopped()).toMatchObject({ created: 30, failed: 0 })
}, 60_000)

test('who calls by TCP is hung up on by the connection that he opened, from a backend that speaks UDP', async () => {
  const [port, at, from] = [await freePort(), await freePort(behind), await freePort()]
  const backend = Sipp.answer({ scenario: 'hanging-up-backend', address: behind, port: at })
  await balancerFor(port, at)
  const caller = Sipp.call({
    ...{ scenario: 'hung-up-on-caller', transport: 'tcp', port: from },
    ...{ target: `127.0.0.1:${port}`, callsPerSecond: 20, calls: 20 },
  })
  expect(await caller.finished()).toEqual(allSuccessful(20))
  expect(await backend.stopped()).toMatchObject({ created: 20, failed: 0 })
}, 60_000)
