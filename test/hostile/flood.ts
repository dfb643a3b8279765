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
  const { sources, perSecond, seconds, callsPerSecond } = options
  const [port, behind] = [await freePort(), await freePort()]
  const backend = await SipBackend.at(behind)
  const balancer = await Balancer.start({
    // 127.0.0.1 is a destination's address, and so inside: the calls come from there.
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0 } }
flood: {}
rateLimit: [{ per: global, rate: 100/s }]
`,
  })
  const flooding = new Flooding({ sources, port, perSecond, seconds, user: 'bob' })
  const { calls, answered } = await callsBeside(port, callsPerSecond, flooding.over)
  const memory = memoryMiB(balancer.process.pid)
  const counts = await endCounts(balancer)
  backend.close()
  const { messagesReceived: received = NaN, banned = NaN, limited = NaN } = counts
  return { ...flooding.result, received, banned, limited, calls, answered, memory }
}
