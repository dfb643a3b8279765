/** Calls of who is trusted beside a flood of who is not. security.md §3 rows 4, 5, §5 G10 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { RunningProcess } from '../system/processes.js'
import { SipBackend } from '../system/sip-backend.js'
import { endCounts } from './end-counts.js'
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

const sender = join(dirname(fileURLToPath(import.meta.url)), 'flood-sender.js')

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
  const args = [sender, sources, port, perSecond, seconds].map(String)
  const flooding = new RunningProcess('node', args)
  const { calls, answered } = await callsBeside(port, callsPerSecond, flooding.exited)
  const { sent, perSecond: managed } = JSON.parse(flooding.output) as Record<string, number>
  const memory = memoryMiB(balancer.process.pid)
  const counts = await endCounts(balancer)
  backend.close()
  return {
    ...{
      sent: sent ?? NaN,
      perSecond: managed ?? NaN,
      received: counts['messagesReceived'] ?? NaN,
    },
    ...{ banned: counts['banned'] ?? NaN, limited: counts['limited'] ?? NaN },
    ...{ calls, answered, memory },
  }
}
