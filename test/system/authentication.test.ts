/** Digest with SIPp's own client, over real sockets; everybody is on one address. RFC 3261 §22, security.md row 12. */
import { afterEach, expect, test } from '@jest/globals'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { Sipp } from './sipp.js'
import { allSuccessful } from './sipp-counts.js'

const backends: SipBackend[] = []

afterEach(async () => {
  for (const backend of backends.splice(0)) backend.close()
  await stopAll()
})

const calls = 20

async function made(password: string) {
  const [port, at, from] = [await freePort(), await freePort(), await freePort()]
  const backend = await SipBackend.at(at)
  backends.push(backend)
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${at}'] } }
  probe: { interval: 0s }
auth:
  realm: example.com
  # SIPp 3.6 reads the first challenge only, and ends if that is not MD5.
  algorithms: [MD5]
  users: { alice: { password: ${password} } }
limits: { refusalsPerSecond: 0 }
`,
  })
  const run = (scenario: 'authenticating-caller' | 'registering-phone') =>
    Sipp.call({
      ...{ scenario, port: from, target: `127.0.0.1:${port}` },
      ...{ callsPerSecond: 20, calls, holdMs: 50, lifetimeSeconds: 20, patienceMs: 10_000 },
    }).finished()
  return { backend, balancer, run }
}

test('who knows the password calls and registers; backends are told who it is, and see no credentials', async () => {
  const { backend, run } = await made('wonderland')
  expect(await run('authenticating-caller')).toEqual(allSuccessful(calls))
  expect(await run('registering-phone')).toEqual(allSuccessful(calls))
  const of = (wanted: string) => backend.requests.filter(({ method }) => method === wanted)
  expect([of('INVITE').length, of('REGISTER').length]).toEqual([calls, calls])
  for (const { text } of of('INVITE')) {
    expect(text.match(/^P-Asserted-Identity:.*$/gm)).toEqual([
      'P-Asserted-Identity: <sip:alice@example.com>',
    ])
  }
  for (const { text } of backend.requests) expect(text).not.toMatch(/^(?:Proxy-)?Authorization:/m)
}, 60_000)

test('who does not is asked again, and no backend hears of it', async () => {
  const { backend, run } = await made('another')
  expect(await run('authenticating-caller')).toMatchObject({ created: calls, successful: 0 })
  expect(backend.requests).toEqual([])
}, 60_000)
