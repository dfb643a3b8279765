/** Free ports on the loopback address. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** `preferred` if nothing listens there over UDP or TCP, else one that the system names. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred
  for (let attempt = 0; attempt < 20; attempt++) {
    const port = await bindUdp(0)
    if (port !== undefined && (await isFree(port))) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

async function isFree(port: number): Promise<boolean> {
  return (await bindUdp(port)) !== undefined && (await canListenTcp(port))
}

/** Binds and lets go; the port that it was. */
function bindUdp(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => {
      socket.close()
      resolve(undefined)
    })
    socket.bind(port, '127.0.0.1', () => {
      const bound = socket.address().port
      socket.close(() => resolve(bound))
    })
  })
}

function canListenTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
