/** The balancer is killed while 50 calls are up, and started again: operations.md §3.4, scenario 44 of dispatcher.md §4b. */
import { afterEach, expect, test } from '@jest/globals'
import { setTimeout as pause } from 'node:timers/promises'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { type CallUp, SipCaller } from './sip-caller.js'

afterEach(stopAll)

/** Two backends that may have 25 calls each, full; and the configuration that made them so. */
async function fullBalancer(load: string) {
  const [port, first, second] = [await freePort(), await freePort(), await freePort()]
  const backends = [await SipBackend.at(first), await SipBackend.at(second)]
  const caller = await SipCaller.to(port)
  const destinations = [first, second].map(
    (each) => `{ uri: 'sip:127.0.0.1:${each}', maxLoad: 25 }`,
  )
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: [${destinations.join(', ')}] } }
  probe: { interval: 0s }
  load: ${load}
`,
  })
  const calls = await accepted(caller, 50)
  expect(await refused(caller, 4)).toBe(4)
  const close = (): void => {
    for (const each of [...backends, caller]) each.close()
  }
  return { backends, balancer, caller, calls, close }
}

async function accepted(caller: SipCaller, count: number): Promise<readonly CallUp[]> {
  const calls = await Promise.all(Array.from({ length: count }, () => caller.call()))
  expect(calls.map(({ status }) => status)).toEqual(calls.map(() => 200))
  return calls.flatMap(({ call }) => call ?? [])
}

async function refused(caller: SipCaller, count: number): Promise<number> {
  const calls = await Promise.all(Array.from({ length: count }, () => caller.call()))
  return calls.filter(({ status }) => status === 503).length
}

function callsIn(balancer: Balancer): number {
  return balancer.read('calls').match(/^\["\+"/gm)?.length ?? 0
}

/** By backend, the calls that it has had a request of this method of, however often. */
function callsWith(backends: readonly SipBackend[], method: string): string[][] {
  return backends.map(({ requests }) => {
    const of = requests.filter((request) => request.method === method)
    return [...new Set(of.map(({ callId }) => callId))].sort()
  })
}

test('a call goes on at a process with the same secret, workers or not; with another it is refused. RFC 3261 §16.4', async () => {
  const [port, behind] = [await freePort(), await freePort()]
  const backend = await SipBackend.at(behind)
  const caller = await SipCaller.to(port)
  const config = (more: string): string => `
listen: ['udp:127.0.0.1:${port}']
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0s } }
${more}`
  const balancer = await Balancer.start({ 'lb.yaml': config('secret: of sixteen letters') })
  const [first, second] = await accepted(caller, 2)
  balancer.write('lb.yaml', config('secret: of another node of ours'))
  await balancer.restart()
  expect(await caller.bye(first!)).toBe(403)
  balancer.write('lb.yaml', config('secret: of sixteen letters\nsupervised: true'))
  await balancer.restart()
  expect(await caller.bye(second!)).toBe(200)
  for (const each of [backend, caller]) each.close()
})

test('4b.44: with a journal the next process counts the 50 calls at once: one more for each that ends', async () => {
  const { backends, balancer, caller, calls, close } = await fullBalancer('{ journal: calls }')
  // It is written beside the calls: what a kill overtakes is not in it.
  for (let tries = 0; tries < 500 && callsIn(balancer) !== 50; tries++) await pause(10)
  await balancer.restart()
  expect(await refused(caller, 4)).toBe(4)
  const ended = await Promise.all(calls.slice(0, 30).map((call) => caller.bye(call)))
  expect(new Set(ended)).toEqual(new Set([200]))
  const more = await accepted(caller, 30)
  expect(await refused(caller, 4)).toBe(4)
  for (const call of [...calls.slice(30), ...more]) expect(await caller.bye(call)).toBe(200)
  await accepted(caller, 50)
  expect(await refused(caller, 1)).toBe(1)
  const invited = callsWith(backends, 'INVITE')
  callsWith(backends, 'BYE').forEach((byes, index) => {
    expect(byes).toHaveLength(40)
    expect(invited[index]).toEqual(expect.arrayContaining(byes))
  })
  close()
}, 60_000)

test('4b.44: without one, the BYEs of before reach their backends and take nothing from the calls of after', async () => {
  const { backends, balancer, caller, calls, close } = await fullBalancer('{}')
  await balancer.restart()
  for (const call of calls) expect(await caller.bye(call)).toBe(200)
  const invited = callsWith(backends, 'INVITE')
  expect(callsWith(backends, 'BYE')).toEqual(invited)
  await accepted(caller, 50)
  expect(await refused(caller, 4)).toBe(4)
  close()
}, 60_000)
