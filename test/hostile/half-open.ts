/** INVITEs that are refused and never acknowledged: more than there may be transactions. security.md §3 row 24, §5 G12 */
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { SipBackend } from '../system/sip-backend.js'
import { SipCaller } from '../system/sip-caller.js'
import { endCounts } from './end-counts.js'
import { memoryMiB } from './memory.js'
import { RawPeer, requestText } from './raw-peer.js'
import { headerOf } from './sip-text.js'

export interface HalfOpenOptions {
  /** `limits.transactions` */
  readonly transactions: number
  /** At least; they go on until one has been refused. */
  readonly invitations: number
  readonly perSecond: number
  readonly t1: number
}

export interface HalfOpenResult {
  readonly invitations: number
  /** INVITEs and others that got 503 for there were too many. */
  readonly overloaded: number
  /** What a call got in the midst of it, and its Retry-After. */
  readonly newCall: number
  readonly retryAfter: string
  /** What the BYE of a call that was up before got in the midst of it. */
  readonly bye: number
  /** From the last INVITE until a call was answered again; undefined: never, in twice 64·T1. */
  readonly recoveryMs: number | undefined
  /** At most, MiB. */
  readonly memory: number
  readonly faults: number
}

export async function halfOpen(options: HalfOpenOptions): Promise<HalfOpenResult> {
  const { transactions, t1 } = options
  const [port, behind, busy] = [await freePort(), await freePort(), await freePort()]
  const backends = [
    await SipBackend.at(behind),
    await SipBackend.at(busy, { invite: '486 Busy Here' }),
  ]
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets:
    1: { destinations: ['sip:127.0.0.1:${behind}'] }
    2: { destinations: ['sip:127.0.0.1:${busy}'] }
  probe: { interval: 0 }
route: [{ user: 'half*', set: 2 }, { set: 1 }]
limits: { transactions: ${transactions} }
timers: { t1: ${t1}ms, t2: ${8 * t1}ms }
`,
  })
  const caller = await SipCaller.to(port)
  const { call: before } = await caller.call()
  const attacker = await RawPeer.at('127.50.0.1')
  let invitations = 0
  let newCall = 200
  // Some of the first may be over already: a call then takes their place, until it is refused itself.
  for (let round = 0; newCall === 200 && round < 20; round++) {
    invitations += await attack(attacker, port, options)
    const { status, call } = await caller.call()
    newCall = status
    if (call !== undefined) await caller.bye(call)
  }
  const lastAt = performance.now()
  const refusal = caller.heard.findLast((text) => text.startsWith('SIP/2.0 503')) ?? ''
  const bye = before === undefined ? NaN : await caller.bye(before)
  const recoveryMs = await recovered(caller, lastAt, 2 * 64 * t1)
  const memory = memoryMiB(balancer.process.pid)
  const { overloaded = NaN, faults = NaN } = await endCounts(balancer)
  for (const each of [caller, attacker, ...backends]) each.close()
  const retryAfter = headerOf(refusal, 'Retry-After')
  return { invitations, overloaded, newCall, retryAfter, bye, recoveryMs, memory, faults }
}

/** Sends until it has been refused for there are too many; how many. */
async function attack(
  attacker: RawPeer,
  port: number,
  { invitations, perSecond }: HalfOpenOptions,
): Promise<number> {
  const sentBy = `127.50.0.1:${attacker.port}`
  const tickMs = 10
  let sent = 0
  for (let refused = false; sent < invitations || !refused;) {
    for (let n = 0; n < (perSecond * tickMs) / 1_000; n++) {
      const callId = `half-open-${++sent}`
      attacker.send(requestText({ callId, sentBy, uri: 'sip:half@example.com' }), port)
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs))
    refused ||= attacker.texts.some((text) => text.startsWith('SIP/2.0 503'))
    // What it is told besides is of no use, and much.
    attacker.heard.length = 0
    if (sent > 20 * invitations) throw new Error('it is never refused')
  }
  return sent
}

async function recovered(
  caller: SipCaller,
  since: number,
  withinMs: number,
): Promise<number | undefined> {
  while (performance.now() - since < withinMs) {
    const { status, call } = await caller.call()
    if (status === 200) {
      const recoveryMs = Math.round(performance.now() - since)
      if (call !== undefined) await caller.bye(call)
      return recoveryMs
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return undefined
}
