/** Debian's SIPp speaks no TLS: what it says over TCP goes on over TLS, a connection for each of its own. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { connect, type ConnectionOptions } from 'node:tls'

export class TlsTunnel {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** From a port of 127.0.0.1 to where the options lead. */
  static async at(port: number, options: ConnectionOptions): Promise<TlsTunnel> {
    const server = createServer((plain) => {
      const secured = connect(options)
      plain.pipe(secured)
      secured.pipe(plain)
      // Either end takes the other with it.
      plain.on('error', () => secured.destroy())
      secured.on('error', () => plain.destroy())
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new TlsTunnel(server)
  }

  close(): void {
    this.#server.close()
  }
}
