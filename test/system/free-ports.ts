/**
 * Ports that nobody uses, for programs that must be told theirs before they start.
 *
 * Between the look and the program's own bind the port is anybody's. It is therefore none that the system may hand to
 * whoever asks for any port (on Linux from 32768 on), and none that another worker of the test run looks for.
 */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const lowest = 12_000
/** One of them for each worker of jest, whose numbers begin with 1, and one for programs without it: up to 31999. */
const shares = 5
const portsEach = 4_000
/** The ports that follow one are left to it: a balancer's workers take theirs there. */
const step = 10
const candidates = portsEach / step

const first = lowest + (Number(process.env['JEST_WORKER_ID'] ?? 0) % shares) * portsEach
/** Begins anywhere: what comes late for the test before finds nobody. */
let last = randomInt(candidates)

/** A port of this address that is free for UDP and TCP alike. No port is named twice. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let looked = 0; looked < candidates; looked++) {
    last = (last + 1) % candidates
    const port = first + last * step
    if (await isFree(port, address)) return port
  }
  throw new Error(`no port of ${address} is free`)
}

export async function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => freePort()))
}

async function isFree(port: number, address: string): Promise<boolean> {
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const tcp = createServer()
  try {
    udp.bind(port, address)
    await once(udp, 'listening')
    tcp.listen(port, address)
    await once(tcp, 'listening')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  } finally {
    await Promise.all([closed(udp), tcp.listening ? closed(tcp) : undefined])
  }
}

function closed(socket: { close(then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}
