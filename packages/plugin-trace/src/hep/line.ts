/** The way to a collector: datagrams, or a connection that is opened again when it breaks. */
import { createSocket } from 'node:dgram'
import { connect, isIPv6, type Socket } from 'node:net'
import { type Clock } from '@sipwright/framework'
import { type HepServer } from './config.js'

export interface Line {
  /** False: it is lost. */
  send(packet: Buffer): boolean
  /** Waits, a moment at most, until what was sent has left. */
  close(): Promise<void>
}

/** Bytes that wait for a slow collector at most. */
const mostWaiting = 4 * 1_048_576

/** A collector that is down is asked again so often. */
const retryMs = 5_000

/** Longer nobody waits for a collector at the end. */
const closeMs = 500

export function datagramLine(
  { host, port }: HepServer,
  clock: Clock,
  failed: (error: Error) => void,
): Line {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  let state: 'opening' | 'open' | 'resting' | 'closed' = 'opening'
  let waiting: Buffer[] = []
  let cancel = (): void => undefined
  const open = (): void => {
    state = 'opening'
    socket.connect(port, host)
  }
  socket.unref()
  socket.on('error', (error) => {
    failed(error)
    // A name that was not found is asked for again; an open socket stays open whatever ICMP says.
    if (state !== 'opening') return
    state = 'resting'
    waiting = []
    cancel = clock.after(retryMs, open)
  })
  socket.on('connect', () => {
    state = 'open'
    for (const packet of waiting.splice(0)) socket.send(packet)
  })
  open()
  return {
    send: (packet) => {
      if (state === 'opening' && waiting.length < 1_000) waiting.push(packet)
      else if (state !== 'open') return false
      else {
        socket.send(packet, (error) => {
          if (error !== null) failed(error)
        })
      }
      return true
    },
    close: () => {
      cancel()
      state = 'closed'
      return new Promise((resolve) => socket.close(resolve))
    },
  }
}

export function streamLine(
  { host, port }: HepServer,
  clock: Clock,
  failed: (error: Error) => void,
): Line {
  let socket: Socket | undefined
  let cancel = (): void => undefined
  let closed = false
  const open = (): void => {
    const opened = connect({ host, port, noDelay: true })
    socket = opened
    opened.unref()
    // The collector says nothing that we want to know.
    opened.resume()
    opened.on('error', failed)
    opened.on('close', () => {
      socket = undefined
      if (!closed) cancel = clock.after(retryMs, open)
    })
  }
  open()
  return {
    send: (packet) => {
      if (socket === undefined || socket.writableLength > mostWaiting) return false
      socket.write(packet)
      return true
    },
    close: async () => {
      closed = true
      cancel()
      const last = socket
      if (last === undefined) return
      await new Promise<void>((resolve) => {
        const give = clock.after(closeMs, () => last.destroy())
        last.once('close', () => {
          give()
          resolve()
        })
        last.end()
      })
    },
  }
}
