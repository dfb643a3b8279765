/** Handshakes under way, in all and by source: what costs us most for what costs a stranger least. security.md §3 rows 8, 9 */
import { type Socket } from 'node:net'
import { sourceOf } from '@sipwright/framework'

export class Handshakes {
  readonly #most: number
  readonly #mostPerSource: number
  readonly #bySource = new Map<string, number>()
  /** By address and port: the source that it counts for. */
  readonly #underWay = new Map<string, string>()

  constructor(most: number, mostPerSource: number) {
    this.#most = most
    this.#mostPerSource = mostPerSource
  }

  get underWay(): number {
    return this.#underWay.size
  }

  /** Whether one more may begin; it then counts until `end`, or until its socket closes. */
  begin(socket: Socket): boolean {
    const source = sourceOf(socket.remoteAddress ?? '')
    const fromSource = this.#bySource.get(source) ?? 0
    if (this.#underWay.size >= this.#most || fromSource >= this.#mostPerSource) return false
    const far = farEnd(socket)
    this.#underWay.set(far, source)
    this.#bySource.set(source, fromSource + 1)
    socket.once('close', () => this.#end(far))
    return true
  }

  /** Hands are shaken; the socket may be the one that it is inside of. */
  end(socket: Socket): void {
    this.#end(farEnd(socket))
  }

  #end(far: string): void {
    const source = this.#underWay.get(far)
    if (source === undefined) return
    this.#underWay.delete(far)
    const left = (this.#bySource.get(source) ?? 1) - 1
    if (left === 0) this.#bySource.delete(source)
    else this.#bySource.set(source, left)
  }
}

function farEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
