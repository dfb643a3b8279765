/** Free ports on the loopback address. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** From one candidate to the next. None meets the usual port of another part of the demo. */
const step = 100
const candidates = 100

/** `usual` if nothing listens there over UDP or TCP, else the next in steps of 100 where nothing does. */
export async function freePort(usual: number): Promise<number> {
  for (let count = 0; count < candidates; count++) {
    const port = usual + count * step
    if ((await canBindUdp(port)) && (await canListenTcp(port))) return port
  }
  throw new Error(`no port is free on 127.0.0.1: ${String(usual)} and those after it are taken`)
}

function canBindUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}

function canListenTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
