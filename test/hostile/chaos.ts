/** Calls through a bad network on both sides of the balancer. security.md §5 G4 */
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { type Impairments, ImpairmentRelay } from '../system/impairment-relay.js'
import { endCounts } from './end-counts.js'
import { LossyCallee } from './lossy-callee.js'
import { LossyCaller } from './lossy-caller.js'

export interface ChaosOptions extends Impairments {
  readonly seed: number
  readonly calls: number
  readonly callsPerSecond: number
  /** Of all far ends and of the balancer: the whole of RFC 3261's timers is shorter with it. */
  readonly t1: number
}

export interface ChaosResult {
  readonly calls: number
  readonly succeeded: number
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>
  /** Calls of which the backend saw more than one INVITE transaction. */
  readonly duplicates: number
  /** Calls of which the backend never saw an ACK. */
  readonly unacknowledged: number
  /** Transactions that live 64·T1 after the last call. */
  readonly stuck: number
  /** Our own errors. */
  readonly faults: number
  readonly packets: number
  readonly lost: number
}

/** Late by so much a timer may be on a busy machine. */
const graceMs = 2_500

/**
 * Calls in progress at most, as many as come in this time: a machine that does not keep up is called less often. T1 is an estimate of the
 * round trip (RFC 3261 §17.1.1.1). Where messages queue for longer, everybody sends everything again, and what fails then is the machine
 * and not what this is about.
 */
const backlogMs = 400

export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, calls, callsPerSecond, t1 } = options
  const port = await freePort()
  const callee = await LossyCallee.start(t1)
  const inside = await ImpairmentRelay.start({ ...options, targetPort: callee.port })
  callee.contactPort = inside.port
  const address = '127.0.0.2'
  const outside = await ImpairmentRelay.start({
    ...{ ...options, seed: seed + 1, targetPort: port, address },
  })
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${inside.port}'] } }
  probe: { interval: 0 }
timers: { t1: ${t1}ms, t2: ${8 * t1}ms, t4: ${10 * t1}ms }
`,
  })
  const caller = await LossyCaller.start({ port: outside.port, address, t1 })
  const failures: Record<string, number> = {}
  const beganAt = performance.now()
  const callsAtOnce = Math.ceil((callsPerSecond * backlogMs) / 1_000)
  const running = new Set<Promise<void>>()
  for (let i = 0; i < calls; i++) {
    const wait = beganAt + (i * 1_000) / callsPerSecond - performance.now()
    if (wait > 0) await pause(wait)
    while (running.size >= callsAtOnce) await Promise.race(running)
    const call = caller.call(2 * t1).then((failure) => {
      if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1
      running.delete(call)
    })
    running.add(call)
  }
  await Promise.all(running)
  await pause(64 * t1 + graceMs)
  const { transactions: stuck = NaN, faults = NaN } = await endCounts(balancer)
  const failed = Object.values(failures).reduce((sum, each) => sum + each, 0)
  const result = {
    ...{ calls, succeeded: calls - failed, failures, stuck, faults },
    duplicates: [...callee.invitations.values()].filter(({ size }) => size > 1).length,
    unacknowledged: callee.unacknowledged,
    packets: inside.counts.packets + outside.counts.packets,
    lost: inside.counts.lost + outside.counts.lost,
  }
  for (const each of [caller, callee, inside, outside]) each.close()
  return result
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
