/**
 * A bad network between two real UDP sockets: it loses, doubles, overtakes and delays. The kernel's netem is not available
 * everywhere. What happens to the n-th packet of a direction is drawn from the seed; when it comes is the machine's affair.
 */
import { SeededChance } from '@sipwright/framework/testing'
import { type Socket } from 'node:dgram'
import { once } from 'node:events'
import { farEndSocket } from './far-end-socket.js'

/** Probabilities of each packet, in each direction; times in milliseconds. All 0 unless given. */
export interface Impairments {
  readonly loss?: number
  readonly duplication?: number
  /** That it waits for `reorderMs` more, so that later ones overtake it. */
  readonly reordering?: number
  readonly reorderMs?: number
  readonly delayMs?: number
  /** Delays differ by so much, both ways. */
  readonly jitterMs?: number
}

export interface RelayOptions extends Impairments {
  readonly seed: number
  /** Where packets go that come in from anybody else. */
  readonly targetPort: number
  /** Of our own sockets. Default: 127.0.0.1. */
  readonly address?: string
}

export class ImpairmentRelay {
  readonly counts = { packets: 0, lost: 0, doubled: 0, held: 0 }
  readonly #front: Socket
  readonly #options: RelayOptions
  readonly #chances: Readonly<Record<'in' | 'out', SeededChance>>
  /** By the port of who came in, a socket of its own towards the target: answers find back by it. */
  readonly #backs = new Map<number, Socket>()
  readonly #waiting = new Set<NodeJS.Timeout>()

  static async start(options: RelayOptions): Promise<ImpairmentRelay> {
    const front = farEndSocket()
    front.bind(0, options.address ?? '127.0.0.1')
    await once(front, 'listening')
    return new ImpairmentRelay(front, options)
  }

  private constructor(front: Socket, options: RelayOptions) {
    this.#front = front
    this.#options = options
    const { seed } = options
    this.#chances = { in: new SeededChance(2 * seed), out: new SeededChance(2 * seed + 1) }
    front.on('message', (data, from) => {
      const back = this.#backs.get(from.port) ?? this.#open(from.port, from.address)
      this.#pass('in', () => back.send(data, options.targetPort, '127.0.0.1'))
    })
  }

  get port(): number {
    return this.#front.address().port
  }

  close(): void {
    for (const timer of this.#waiting) clearTimeout(timer)
    this.#waiting.clear()
    this.#front.close()
    for (const back of this.#backs.values()) back.close()
  }

  #open(port: number, address: string): Socket {
    const back = farEndSocket({
      // Bound before this returns: every address here is numeric.
      lookup: (host, _options, done) => done(null, host, 4),
    })
    back.bind(0, this.#options.address ?? '127.0.0.1')
    back.on('message', (data) => this.#pass('out', () => this.#front.send(data, port, address)))
    this.#backs.set(port, back)
    return back
  }

  #pass(direction: 'in' | 'out', send: () => void): void {
    const { loss = 0, duplication = 0, reordering = 0 } = this.#options
    const chance = this.#chances[direction]
    this.counts.packets++
    if (chance.random() < loss) {
      this.counts.lost++
      return
    }
    const isDoubled = chance.random() < duplication
    const isHeld = chance.random() < reordering
    this.#send(send, chance, isHeld)
    if (!isDoubled) return
    this.counts.doubled++
    this.#send(send, chance, false)
  }

  #send(send: () => void, chance: SeededChance, isHeld: boolean): void {
    const { delayMs = 0, jitterMs = 0, reorderMs = 40 } = this.#options
    if (isHeld) this.counts.held++
    const wait = delayMs + jitterMs * (2 * chance.random() - 1) + (isHeld ? reorderMs : 0)
    if (wait <= 0) {
      send()
      return
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(timer)
      send()
    }, wait)
    this.#waiting.add(timer)
  }
}
