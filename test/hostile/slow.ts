/** Calls beside thousands of connections that say nothing, or say it octet by octet. security.md §3 rows 8, 9, §5 G9 */
import { Authority } from '../system/authority.js'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { SipBackend } from '../system/sip-backend.js'
import { Sipp } from '../system/sipp.js'
import { callsBeside } from './calls-beside.js'
import { memoryMiB } from './memory.js'
import { SlowConnection, type SlowKind } from './slow-connection.js'

export interface SlowOptions {
  /** Of TCP; half of them silent, half of them slow. */
  readonly connections: number
  /** Of TLS that never end. */
  readonly handshakes: number
  readonly callsPerSecond: number
}

export interface SlowResult {
  readonly connections: number
  readonly handshakes: number
  /** The longest life of each kind, in milliseconds. */
  readonly longest: Readonly<Record<SlowKind, number>>
  /** By UDP beside them. */
  readonly calls: number
  readonly answered: number
  /** By one connection of TCP beside them. */
  readonly tcpCalls: number
  readonly tcpSuccessful: number
  /** At most, MiB. */
  readonly memory: number
}

/** Far below what one source may have, of handshakes too. */
const perSource = 25

export async function slow(options: SlowOptions): Promise<SlowResult> {
  const { connections, handshakes, callsPerSecond } = options
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()]
  const [port = 0, securePort = 0, behind = 0, callerPort = 0] = ports
  const backend = await SipBackend.at(behind)
  const authority = new Authority()
  const { certificate, key } = authority.sign({ names: ['DNS:edge.example'] })
  const balancer = await Balancer.start({
    ...{ 'edge.pem': certificate, 'edge.key': key },
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}', 'tcp:127.0.0.1:${port}', 'tls:127.0.0.1:${securePort}']
tls: { certificate: edge.pem, key: edge.key }
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0 } }
`,
  })
  authority.remove()
  const slow: SlowConnection[] = []
  for (let n = 0; n < connections + handshakes; n++) {
    const kind = n >= connections ? 'handshake' : n % 2 === 0 ? 'silent' : 'drip'
    const to = kind === 'handshake' ? securePort : port
    slow.push(new SlowConnection(kind, to, sourceOf(n)))
    // No faster than they are accepted: what waits for that is not slow yet.
    if (n % perSource === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const over = Promise.all(slow.map((each) => each.over))
  const tcp = Sipp.call({
    ...{ scenario: 'caller', transport: 'tcp', port: callerPort, target: `127.0.0.1:${port}` },
    ...{ callsPerSecond, calls: 5 * callsPerSecond },
  })
  const { calls, answered } = await callsBeside(port, callsPerSecond, over)
  const { created: tcpCalls, successful: tcpSuccessful } = await tcp.finished()
  const memory = memoryMiB(balancer.process.pid)
  await balancer.stop()
  backend.close()
  const longest = { silent: 0, drip: 0, handshake: 0 }
  for (const { kind, livedMs = Infinity } of slow) {
    longest[kind] = Math.max(longest[kind], Math.round(livedMs))
  }
  return { ...options, longest, calls, answered, tcpCalls, tcpSuccessful, memory }
}

function sourceOf(n: number): string {
  const source = Math.floor(n / perSource)
  return `127.40.${source >> 8}.${source & 255}`
}
