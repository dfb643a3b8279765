import { expect, test } from '@jest/globals'
import { z } from 'zod'
import {
  type App,
  type AppOptions,
  createApp,
  definePlugin,
  type Flow,
  hop,
  type Host,
  type LocalAddress,
  type Receiver,
  SipError,
  type Transport,
} from '@sipwright/framework'
import { ack, cancel, invite, VirtualClock } from '@sipwright/framework/testing'
import { serialize } from '#src/message/serialize.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const local: LocalAddress = {
  ...{ transport: 'UDP', reliable: false, address: '192.0.2.1', port: 5060, zone: 'public' },
  ...{ advertisedHost: '192.0.2.1', advertisedPort: 5060 },
}
const caller: Flow = { local, remoteAddress: '198.51.100.7', remotePort: 5062, connection: 0 }

/** An app with a wire of which both ends are in the test's hands. */
class Wired {
  /** The status lines and request lines that left, in order. */
  readonly sent: string[] = []
  /** The same, whole. */
  readonly texts: string[] = []
  readonly clock = new VirtualClock()
  app!: App
  receiver!: Receiver

  static async with(setup: (host: Host) => void, options: AppOptions = {}): Promise<Wired> {
    const wired = new Wired()
    const note = (text: string): void => {
      wired.sent.push(text.slice(0, text.indexOf('\r\n')))
      wired.texts.push(text)
    }
    const transport: Transport = {
      ...{ name: 'UDP', reliable: false, defaultPort: 5060 },
      listen: (_options, receiver) => {
        wired.receiver = receiver
        return Promise.resolve({
          local,
          connections: 0,
          sendTo: (_hop, text) => {
            note(text)
            return undefined
          },
          sendBack: (_flow, text) => {
            note(text)
            return true
          },
          close: () => Promise.resolve(),
        })
      },
    }
    const plugin = definePlugin({ name: 'test', config: z.strictObject({}), setup })({})
    wired.app = await createApp({
      ...{ plugins: [plugin], transports: [transport], log: quiet, clock: wired.clock },
      ...options,
    })
    await wired.app.listen('udp:192.0.2.1:5060')
    return wired
  }

  receive(text: string, flow = caller): void {
    this.receiver.received(text, flow)
  }
}

const toGateway = (host: Host): void =>
  host.use((ctx) => ctx.relay({ uri: 'sip:10.0.0.1', role: 'next-hop' }))
const text = (changes = {}): string => serialize(invite(changes))

test('a malformed request is answered without a transaction, a malformed ACK not at all (§17)', async () => {
  const wired = await Wired.with(toGateway)
  const broken = text().replace(/CSeq: .*\r\n/, 'CSeq: 99999999999 INVITE\r\n')
  wired.receive(broken)
  wired.receive(broken.replaceAll('INVITE', 'ACK'))
  expect(wired.sent).toEqual(['SIP/2.0 400 Bad Request'])
  expect([wired.app.transactions, wired.app.counters.malformed]).toEqual([0, 2])
})

test('what an onReceive hook drops costs nothing more', async () => {
  const wired = await Wired.with((host) => {
    toGateway(host)
    host.onReceive((_text, flow) => flow.remoteAddress === caller.remoteAddress)
  })
  wired.receive(text())
  expect([wired.sent, wired.app.transactions]).toEqual([[], 0])
  expect(wired.app.counters.dropped).toBe(1)
})

test('with the table full, a new request gets 503 without a transaction', async () => {
  const wired = await Wired.with(toGateway, { limits: { transactions: 1 } })
  wired.receive(text({ branch: 'z9hG4bKone' }))
  wired.receive(text({ branch: 'z9hG4bKtwo', callId: 'two' }))
  expect(wired.sent).toEqual([
    'SIP/2.0 100 Trying',
    expect.stringMatching(/^INVITE /),
    'SIP/2.0 503 Service Unavailable',
  ])
  expect(wired.app.counters.overloaded).toBe(1)
})

test('a response that matches nothing goes nowhere (RFC 6026 §8.9)', async () => {
  const wired = await Wired.with(toGateway)
  wired.receive(
    text()
      .replace(/^INVITE.*\r\n/, 'SIP/2.0 200 OK\r\n')
      .replace(/Max-Forwards.*\r\n/, ''),
  )
  expect([wired.sent, wired.app.counters.strayResponses]).toEqual([[], 1])
})

// Types forbid it; JavaScript does not.
const waiting: unknown = () => Promise.resolve()

test('a hook that throws, or waits where it may not, harms no call', async () => {
  const wired = await Wired.with((host) => {
    toGateway(host)
    host.onForward(() => {
      throw new Error('a bug')
    })
    host.onReply(waiting as () => void)
  })
  wired.receive(text())
  expect(wired.sent).toEqual(['SIP/2.0 100 Trying', expect.stringMatching(/^INVITE /)])
  expect(wired.app.counters.faults).toBe(2)
})

test('a hop that cannot be reached fails the branch at once (§16.9)', async () => {
  const wired = await Wired.with(toGateway)
  wired.receive(text())
  wired.receiver.unreachable(
    hop('UDP', '10.0.0.1', 5060),
    new SipError('SIPW_ERR_UNREACHABLE', ['UDP:10.0.0.1:5060', 'ECONNREFUSED']),
  )
  expect(wired.sent.at(-1)).toBe('SIP/2.0 500 Server Internal Error')
})

test('one timer serves all: an INVITE is resent on its time, and not after an answer', async () => {
  const wired = await Wired.with(toGateway)
  wired.receive(text())
  wired.clock.advance(1_600)
  expect(invites(wired)).toBe(3)
})

/** Of a process that stood still: when a timer fires, it is later than it was to be, and sockets are read when the test says. */
class HaltedClock extends VirtualClock {
  haltedMs = 0
  read: (() => void) | undefined = undefined

  override now(): number {
    return super.now() + this.haltedMs
  }

  afterReading = (run: () => void): (() => void) => {
    this.read = run
    return () => (this.read = undefined)
  }
}

/** An INVITE has gone to the gateway, and the process has stood still until after Timer A. */
async function halted(): Promise<{ wired: Wired; clock: HaltedClock }> {
  const clock = new HaltedClock()
  const wired = await Wired.with(toGateway, { clock })
  wired.receive(text())
  clock.haltedMs = 1_000
  clock.advance(500)
  return { wired, clock }
}

const invites = ({ sent }: Wired): number => sent.filter((line) => line.startsWith('INVITE')).length

test('after a halt an answer that waits in a socket is read before timers fire, and nothing is sent again', async () => {
  const { wired, clock } = await halted()
  const [via, ...others] = wired.texts.at(-1)!.match(/^(Via|From|To|Call-ID|CSeq): .*$/gm)!
  wired.receive(['SIP/2.0 180 Ringing', via, ...others, 'Content-Length: 0', '', ''].join('\r\n'), {
    ...caller,
    ...{ remoteAddress: '10.0.0.1', remotePort: 5060 },
  })
  clock.read?.()
  clock.read?.()
  clock.advance(1_000)
  expect(wired.sent.at(-1)).toBe('SIP/2.0 180 Ringing')
  expect(invites(wired)).toBe(1)
})

test('after a halt timers fire when the sockets are empty; an app that is closed meanwhile does nothing more', async () => {
  const { wired, clock } = await halted()
  expect(invites(wired)).toBe(1)
  clock.read?.()
  expect(invites(wired)).toBe(2)
  const other = await halted()
  const closed = other.wired.app.close()
  other.clock.advance(60_000)
  await closed
  expect(other.clock.read).toBeUndefined()
})

test('what onAdmit does not admit gets no transaction: dropped, or refused in one packet; ACK and CANCEL are not asked about', async () => {
  const asked: string[] = []
  const wired = await Wired.with((host) => {
    toGateway(host)
    host.onAdmit(({ request, source, bytes }) => {
      asked.push(`${request.method} ${source.zone} ${bytes > 100}`)
      if (request.callId === 'scanner') return 'drop'
      return request.callId === 'greedy'
        ? { status: 503, headers: { 'Retry-After': '7' } }
        : undefined
    })
  })
  wired.receive(text({ callId: 'scanner' }))
  expect(wired.sent).toEqual([])
  wired.receive(text({ callId: 'greedy' }))
  wired.clock.advance(64_000)
  expect(wired.sent).toEqual(['SIP/2.0 503 Service Unavailable'])
  wired.receive(serialize(ack({ callId: 'greedy' })))
  wired.receive(serialize(cancel({ callId: 'greedy' })))
  expect(wired.sent.slice(1)).toEqual(['SIP/2.0 481 Call/Transaction Does Not Exist'])
  wired.clock.advance(64_000)
  expect(asked).toEqual(['INVITE public true', 'INVITE public true'])
  expect([wired.app.transactions, wired.app.counters.dropped]).toEqual([0, 1])
  wired.receive(text())
  wired.receive(text())
  expect(asked).toHaveLength(3)
})

test('an onAdmit hook that fails lets nobody in', async () => {
  const wired = await Wired.with((host) => {
    toGateway(host)
    host.onAdmit(() => {
      throw new Error('a fault of the hook')
    })
  })
  wired.receive(text())
  expect(wired.sent).toEqual(['SIP/2.0 500 Server Internal Error'])
  expect(wired.app.counters.faults).toBe(1)
})

test('refuse: one packet and nothing kept; its ACK goes nowhere, even through a proxy that follows any Route (§8.2.7)', async () => {
  const statuses: (number | undefined)[] = []
  const wired = await Wired.with(
    (host) => {
      host.use((ctx) => ctx.refuse(407, { 'Proxy-Authenticate': 'Digest realm="example.com"' }))
      host.onDone(({ status }) => statuses.push(status))
    },
    { profile: 'open' },
  )
  wired.receive(text())
  expect(wired.app.transactions).toBe(0)
  wired.clock.advance(64_000)
  expect(wired.sent).toEqual(['SIP/2.0 407 Proxy Authentication Required'])
  const refusal = wired.texts[0]!
  const toTag = /\r\nTo: .*;tag=(\S+)/.exec(refusal)![1]!
  wired.receive(serialize(ack({ toTag, branch: invite().via.branch! })))
  expect(wired.sent).toHaveLength(1)
  wired.receive(text())
  expect(wired.texts[1]).toBe(refusal)
  expect(statuses).toEqual([407, 407])
})

test('a refusal that would be far larger than its request is not sent, over UDP to a public network (security.md §5 G11)', async () => {
  const zones = { inside: ['10.0.0.0/8'] }
  const challenge = { 'Proxy-Authenticate': 'x'.repeat(2 * text().length) }
  const wired = await Wired.with((host) => host.use((ctx) => ctx.refuse(407, challenge)), { zones })
  wired.receive(text())
  expect(wired.sent).toEqual([])
  expect(wired.app.counters).toMatchObject({ refused: 1, unsentRefusals: 1 })
  expect(wired.app.transactions).toBe(0)
  wired.receive(text(), { ...caller, remoteAddress: '10.1.2.3' })
  expect(wired.sent).toEqual(['SIP/2.0 407 Proxy Authentication Required'])
})

test('refusals of a public network over UDP are bounded; of one inside they are not (security.md §3 row 14)', async () => {
  const zones = { inside: ['10.0.0.0/8'] }
  const wired = await Wired.with((host) => host.use((ctx) => ctx.refuse(403)), { zones })
  for (let n = 0; n < 50; n++) wired.receive(text({ callId: `c${n}` }))
  expect(wired.sent).toHaveLength(20)
  expect(wired.app.counters).toMatchObject({ refused: 50, unsentRefusals: 30 })
  const inside = { ...caller, remoteAddress: '10.1.2.3' }
  for (let n = 0; n < 50; n++) wired.receive(text({ callId: `d${n}` }), inside)
  expect(wired.sent).toHaveLength(70)
})
