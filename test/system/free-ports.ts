/** Ports that nobody uses, for far ends that must know theirs before they start. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A loopback port that is free for UDP and TCP alike. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    udp.bind(0, address)
    await once(udp, 'listening')
    const { port } = udp.address()
    const tcp = createServer()
    const bound = await new Promise<boolean>((resolve) => {
      tcp.once('error', () => resolve(false))
      tcp.listen(port, address, () => resolve(true))
    })
    if (bound) await new Promise((resolve) => tcp.close(resolve))
    await new Promise<void>((resolve) => udp.close(resolve))
    if (bound) return port
  }
}
