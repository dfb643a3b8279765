/** What calls hold in memory: a whole app on virtual time, its calls ringing, answered, over. */
import {
  createApp,
  type Flow,
  type Handled,
  type Listener,
  type LocalAddress,
  type Log,
  OnRequest,
  type Receiver,
  type RequestContext,
  Routes,
  type Transport,
} from '@sipwright/framework'
import { ok, ringing, VirtualClock } from '@sipwright/framework/testing'
import { parseMessage, serialize } from './floors.js'
import { heapBytes } from './heap.js'

export interface TransactionsOptions {
  /** Calls at one time, step by step, fewest first. */
  readonly steps: readonly number[]
}

export interface TransactionsFigure {
  readonly calls: number
  /** Bytes per call while all of them ring: its server and its client transaction, and what the app keeps of it. */
  readonly ringing: number
}

export interface TransactionsReport {
  readonly steps: readonly TransactionsFigure[]
  /** Bytes per call after the 200, while it rests for 64·T1. */
  readonly answered: number
  /** Bytes per call when all have ended. */
  readonly over: number
  /** Callers that got their 200. */
  readonly completed: number
  /** Transactions that were left at the end. */
  readonly left: number
}

export async function measureTransactions({
  steps,
}: TransactionsOptions): Promise<TransactionsReport> {
  const most = steps.at(-1) ?? 0
  const wire = new Wire(most)
  const clock = new VirtualClock()
  const app = await createApp({
    ...{ routes: [ToBackend], transports: [wire], log: silent, clock },
    limits: { transactions: most + 1_000 },
  })
  await app.listen('udp:192.0.2.1:5060')
  // What the first calls compile and cache is not theirs.
  for (let call = 0; call < 100; call++) wire.ring(-1 - call)
  await turn()
  const base = heapBytes()

  const figures: TransactionsFigure[] = []
  let calls = 0
  for (const step of steps) {
    for (; calls < step; calls++) {
      wire.ring(calls)
      if (calls % 1_000 === 0) await turn()
    }
    await turn()
    figures.push({ calls, ringing: (heapBytes() - base) / calls })
  }
  for (let call = 0; call < calls; call++) {
    wire.pickUp(call)
    if (call % 1_000 === 0) await turn()
  }
  await turn()
  const answered = (heapBytes() - base) / calls
  // Timer C of those that rang before and 64·T1 of all.
  clock.advance(300_000)
  await turn()
  const report = {
    ...{ steps: figures, answered, over: (heapBytes() - base) / calls },
    ...{ completed: wire.completed, left: app.transactions },
  }
  await app.close()
  return report
}

@Routes()
class ToBackend {
  @OnRequest('*')
  relay(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay('sip:192.0.2.8:5060')
  }
}

/** Where INVITEs are kept for their answers: outside of what is measured. */
const bytesPerInvite = 1_536

/** The wire, with callers and a backend at its ends. */
class Wire implements Transport {
  readonly name = 'UDP'
  readonly reliable = false
  readonly defaultPort = 5060
  /** 200s that reached their callers. */
  completed = 0
  readonly #invites: Buffer
  readonly #lengths: Uint16Array
  #receiver: Receiver | undefined = undefined
  #fromCaller: Flow | undefined = undefined
  #fromBackend: Flow | undefined = undefined

  constructor(calls: number) {
    this.#invites = Buffer.alloc(calls * bytesPerInvite, 1)
    this.#lengths = new Uint16Array(calls)
  }

  listen(
    { address, port }: { address: string; port: number },
    receiver: Receiver,
  ): Promise<Listener> {
    const local: LocalAddress = {
      ...{ transport: this.name, reliable: false, address, port, zone: 'public' },
      ...{ advertisedHost: address, advertisedPort: port },
    }
    this.#receiver = receiver
    this.#fromCaller = { local, remoteAddress: '192.0.2.4', remotePort: 5062, connection: 0 }
    this.#fromBackend = { local, remoteAddress: '192.0.2.8', remotePort: 5060, connection: 0 }
    return Promise.resolve({
      local,
      connections: 0,
      sendTo: (_hop, text) => {
        this.#reachesBackend(text)
        return undefined
      },
      sendBack: (_flow, text) => {
        if (text.startsWith('SIP/2.0 200')) this.completed++
        return true
      },
      close: () => Promise.resolve(),
    })
  }

  /** A caller sends an INVITE, and the backend rings; one with a negative number is not kept for its answer. */
  ring(call: number): void {
    this.#receiver!.received(fresh(inviteText(call)), this.#fromCaller!)
  }

  /** The backend answers. */
  pickUp(call: number): void {
    const from = call * bytesPerInvite
    const text = this.#invites.toString('latin1', from, from + this.#lengths[call]!)
    this.#answer(text, (invite) => ok(invite))
  }

  #reachesBackend(text: string): void {
    if (!text.startsWith('INVITE')) return
    const call = callOf(text)
    if (call >= 0) {
      if (text.length > bytesPerInvite) throw new Error('the INVITE is larger than its place')
      this.#lengths[call] = this.#invites.write(text, call * bytesPerInvite, 'latin1')
    }
    this.#answer(text, (invite) => ringing(invite))
  }

  #answer(text: string, answer: (invite: Parameters<typeof ok>[0]) => ReturnType<typeof ok>): void {
    const invite = parseMessage(fresh(text))
    if (invite.kind !== 'request') throw new Error('the backend cannot read its INVITE')
    this.#receiver!.received(fresh(serialize(answer(invite))), this.#fromBackend!)
  }
}

/** A text that shares no memory with another one, as off the network. */
function fresh(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** The number of a call stands in its Call-ID, in so many letters whatever it is. */
const firstCall = 1_000_000
const callIdPrefix = '843817637684230998sdasdh'

function callOf(invite: string): number {
  const from = invite.indexOf(callIdPrefix) + callIdPrefix.length
  return parseInt(invite.slice(from, invite.indexOf('@', from)), 36) - firstCall
}

function inviteText(call: number): string {
  const own = (call + firstCall).toString(36)
  const body =
    'v=0\r\no=caller 1 1 IN IP4 192.0.2.4\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n'
  return [
    'INVITE sip:service@192.0.2.1:5060 SIP/2.0',
    `Via: SIP/2.0/UDP 192.0.2.4:5062;branch=z9hG4bK-524287-1---9c4ef5a8${own};rport`,
    'Max-Forwards: 70',
    `From: "Alice" <sip:alice@atlanta.example.com>;tag=1928301774${own}`,
    'To: <sip:service@192.0.2.1:5060>',
    `Call-ID: ${callIdPrefix}${own}@192.0.2.4`,
    'CSeq: 1 INVITE',
    'Contact: <sip:alice@192.0.2.4:5062>',
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

const silent: Log = {
  error: ignore,
  warn: ignore,
  info: ignore,
  debug: ignore,
  isLevelEnabled: () => false,
}

function ignore(): void {
  // Nobody reads it.
}

/** Promises settle. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
