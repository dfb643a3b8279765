/** Reloads under traffic, as whoever edits a list with calls on the wire does them: scenario 57 of dispatcher.md §4b. */
import { afterEach, expect, test } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Balancer } from './balancer.js'
import { freePort, freePorts } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipCaller } from './sip-caller.js'
import { Sipp } from './sipp.js'
import { allSuccessful } from './sipp-counts.js'

afterEach(stopAll)

const callsPerSecond = 200
const seconds = 60
/** Thirty calls are up at once, and hundreds after a busy machine has halted one of us: none may meet the cap then. */
const looseCap = 1_000
const tightCap = 100

test('4b.57: 200 calls/s and a reload every second for 60 s: no call fails, the shares are exact, the counts right, the dead stay out', async () => {
  const [port, callers, ...ports] = [await freePort(), await freePort(), ...(await freePorts(3))]
  const backends = ports.map((each) => Sipp.answer({ scenario: 'backend', port: each }))
  const silent = await silentBackend()
  const destinations = (cap: number): string =>
    [
      ...ports.map((each) => `1 sip:127.0.0.1:${each} 0 0 maxload=${cap}`),
      // Only this one is probed (8).
      `1 sip:127.0.0.1:${silent.port} 8 0`,
    ].join('\n')
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  source: { file: dispatcher.list }
  probe: { interval: 500ms, timeout: 200ms, threshold: 2, mode: flagged }
route: [{ methods: ['*'], set: 1 }]
log: { level: info, format: json }
`,
    'dispatcher.list': destinations(looseCap),
  })
  await balancer.process.printed(/destination down/)

  const caller = Sipp.call({
    ...{ scenario: 'caller', port: callers, target: `127.0.0.1:${port}`, holdMs: 100 },
    ...{ callsPerSecond, calls: callsPerSecond * seconds, lifetimeSeconds: seconds + 20 },
  })
  const reloads = setInterval(() => balancer.process.signal('SIGHUP'), 1_000)
  const counts = await caller.finished()
  clearInterval(reloads)
  const calls = callsPerSecond * seconds
  expect(counts).toEqual(allSuccessful(calls))
  const reloaded = balancer.process.output.match(/"msg":"reloaded"/g)
  expect(reloaded?.length).toBeGreaterThanOrEqual(seconds - 2)
  expect(balancer.process.output).not.toMatch(/destination up|sets have changed|refused/)

  // Nobody is counted any more: each may have as many calls as it may have, and not one more.
  balancer.write('dispatcher.list', destinations(tightCap))
  await balancer.process.printed(/sets have changed/)
  const late = await SipCaller.to(port)
  const more = await Promise.all(Array.from({ length: 3 * tightCap }, () => late.call()))
  expect(new Set(more.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await late.call()).status).toBe(503)
  // SIPp does not end, and does not tell its last counts, while calls are up.
  await Promise.all(more.map(({ call }) => late.bye(call!)))
  late.close()
  const shares = await Promise.all(backends.map((backend) => backend.stopped()))
  expect(shares.map(({ created }) => created)).toEqual(
    ports.map(() => calls / ports.length + tightCap),
  )
  expect(silent.invitations()).toBe(0)
  silent.close()
}, 120_000)

/** Hears everything and answers nothing. */
async function silentBackend() {
  let invitations = 0
  const socket = createSocket('udp4')
  socket.on('message', (data) => {
    if (data.toString('latin1').startsWith('INVITE ')) invitations++
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    invitations: () => invitations,
    close: () => socket.close(),
  }
}
