/** A backend on TCP that answers at once, and does with its connections what it is told. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class StreamBackend {
  /** Connections that were opened, in all. */
  connections = 0
  /** INVITEs that were answered. */
  invitations = 0
  /** Whoever sends anything from now on gets a reset instead of an answer. */
  resets = false
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#connected(socket))
  }

  static async start(): Promise<StreamBackend> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new StreamBackend(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Closes every connection from this side, and waits until the other side has closed it too. */
  async closeConnections(): Promise<void> {
    await Promise.all(
      [...this.#sockets].map(async (socket) => {
        socket.end()
        await once(socket, 'close')
      }),
    )
  }

  /** Nothing listens here any more. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #connected(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // Its end is told by `close`.
    socket.on('error', () => undefined)
    let received = ''
    socket.on('data', (data) => {
      if (this.resets) {
        socket.resetAndDestroy()
        return
      }
      received += data.toString('latin1')
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        this.#answer(socket, received.slice(0, end).split('\r\n'))
        received = received.slice(end + 4)
      }
    })
  }

  /** Requests here have no body. */
  #answer(socket: Socket, lines: readonly string[]): void {
    if (lines[0]?.startsWith('INVITE ') !== true) return
    this.invitations++
    const echoed = lines.filter((line) => /^(?:Via|From|To|Call-ID|CSeq|Record-Route):/.test(line))
    const answer = [
      'SIP/2.0 200 OK',
      ...echoed.map((line) => (line.startsWith('To:') ? `${line};tag=backend` : line)),
      `Contact: <sip:backend@127.0.0.1:${this.port};transport=tcp>`,
      'Content-Length: 0',
      '\r\n',
    ]
    socket.write(answer.join('\r\n'), 'latin1')
  }
}
