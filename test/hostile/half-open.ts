/** INVITEs that are refused and never acknowledged: more than there may be transactions. security.md §3 row 24, §5 G12 */
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { SipBackend } from '../system/sip-backend.js'
import { SipCaller } from '../system/sip-caller.js'
import { endCounts } from './end-counts.js'
import { Flooding } from './flooding.js'
import { memoryMiB } from './memory.js'
import { headerOf } from './sip-text.js'

export interface HalfOpenOptions {
  /** `limits.transactions` */
  readonly transactions: number
  readonly perSecond: number
  readonly seconds: number
  readonly t1: number
}

export interface HalfOpenResult {
  readonly invitations: number
  /** INVITEs and others that got 503 for there were too many. */
  readonly overloaded: number
  /** Calls that were refused in the midst of it; the Retry-After of the last. */
  readonly refused: number
  readonly retryAfter: string
  /** What the BYE of a call that was up before got after the first of them. */
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
  const flooding = new Flooding({ ...options, sources: 'one', port, user: 'half' })
  const state = { isOver: false }
  void flooding.over.then(() => (state.isOver = true))
  let refused = 0
  let bye = NaN
  while (!state.isOver) {
    // Now and then one is over, and a call takes its place.
    if ((await status(caller)) === 503 && refused++ === 0 && before !== undefined) {
      bye = await caller.bye(before)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const lastAt = performance.now()
  const refusal = caller.heard.findLast((text) => text.startsWith('SIP/2.0 503')) ?? ''
  const recoveryMs = await recovered(caller, lastAt, 2 * 64 * t1)
  const memory = memoryMiB(balancer.process.pid)
  const { overloaded = NaN, faults = NaN } = await endCounts(balancer)
  for (const each of [caller, ...backends]) each.close()
  const retryAfter = headerOf(refusal, 'Retry-After')
  const { sent: invitations } = flooding.result
  return { invitations, overloaded, refused, retryAfter, bye, recoveryMs, memory, faults }
}

async function recovered(
  caller: SipCaller,
  since: number,
  withinMs: number,
): Promise<number | undefined> {
  while (performance.now() - since < withinMs) {
    if ((await status(caller)) === 200) return Math.round(performance.now() - since)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return undefined
}

/** What a call gets; one that is answered is ended. */
async function status(caller: SipCaller): Promise<number> {
  const { status, call } = await caller.call()
  if (call !== undefined) await caller.bye(call)
  return status
}
