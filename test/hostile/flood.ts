/** Calls of who is trusted beside a flood of who is not. security.md §3 rows 4, 5, §5 G10 */
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { SipBackend } from '../system/sip-backend.js'
import { endCounts } from './end-counts.js'
import { Flooding } from './flooding.js'
import { memoryMiB } from './memory.js'
import { callsBeside } from './calls-beside.js'

export interface FloodOptions {
  /** All packets from one address, or each from another. */
  readonly sources: 'one' | 'many'
  readonly perSecond: number
  readonly seconds: number
  readonly callsPerSecond: number
  /** As if each were within a dialog, which no limit is for. */
  readonly inDialogs?: boolean
  /** Calls and backends have a listener of their own: another buffer in the kernel. */
  readonly ownListener?: boolean
}

export interface FloodResult {
  /** What the sender managed. */
  readonly sent: number
  readonly perSecond: number
  /** What reached the balancer's process, calls included. */
  readonly received: number
  readonly banned: number
  readonly limited: number
  readonly calls: number
  readonly answered: number
  /** At most, MiB. */
  readonly memory: number
}

export async function flood(options: FloodOptions): Promise<FloodResult> {
  const { callsPerSecond, ownListener = false } = options
  const [port, behind, own] = [await freePort(), await freePort(), await freePort()]
  const inside = ownListener ? `, { bind: 'udp:127.0.0.1:${own}', zone: inside }` : ''
  const backend = await SipBackend.at(behind)
  const balancer = await Balancer.start({
    // The calls come from 127.0.0.1, the flood from elsewhere.
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}'${inside}]
zones: { inside: [127.0.0.1] }
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0 } }
flood: {}
rateLimit: [{ per: global, rate: 100/s }]
`,
  })
  const flooding = new Flooding({ ...options, port, user: 'bob' })
  const callsTo = ownListener ? own : port
  const { calls, answered } = await callsBeside(callsTo, callsPerSecond, flooding.over)
  const memory = memoryMiB(balancer.process.pid)
  const counts = await endCounts(balancer)
  backend.close()
  const { messagesReceived: received = NaN, banned = NaN, limited = NaN } = counts
  return { ...flooding.result, received, banned, limited, calls, answered, memory }
}
