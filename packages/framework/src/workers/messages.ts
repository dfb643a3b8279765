/** What the supervisor and a worker tell each other over the channel that `fork` gives them. */
import { type Counters } from '../server/counters.js'
import { type Side } from '../message/flow.js'

/** To a worker. */
export type Order =
  | Seat
  /** It does from now on what is done once for all. */
  | { readonly kind: 'lead' }
  /** Workers whose calls the others take, until the next such order. Each has a higher revision than the last. */
  | { readonly kind: 'away'; readonly workers: readonly number[]; readonly revision: number }
  | { readonly kind: 'told'; readonly topic: string; readonly news: unknown }
  | { readonly kind: 'reload'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'count'; readonly id: number }
  /** With the socket of a connection that came in by this listener. */
  | { readonly kind: 'connection'; readonly listener: number }
  | { readonly kind: 'stop'; readonly limitMs: number }
  /** Another process has this one's place: it finishes what it has in hand, within the limit, and gets nothing new. */
  | { readonly kind: 'retire'; readonly limitMs: number }
  /** It takes the place of one that has retired, and reads from now on. These have had the place before it. */
  | { readonly kind: 'succeed'; readonly elders: readonly Elder[] }
  /** The one with this mark has ended. */
  | { readonly kind: 'over'; readonly mark: number }
  /** It says that it is alive. */
  | { readonly kind: 'pulse' }

/** To the supervisor. */
export type Report =
  /** Waits for its seat. */
  | { readonly kind: 'here' }
  /** Its app listens. */
  | { readonly kind: 'serves' }
  | { readonly kind: 'alive' }
  /** It reads no more; what is for it comes to this port, and is known by these. */
  | { readonly kind: 'retired'; readonly port: number; readonly branches: readonly number[] }
  | { readonly kind: 'tells'; readonly topic: string; readonly news: unknown }
  | { readonly kind: 'reloaded'; readonly id: number; readonly fault?: string }
  | { readonly kind: 'counted'; readonly id: number; readonly counters: Readonly<Counters> }

/** A process that has had the place of another, and still has transactions. */
export interface Elder {
  readonly mark: number
  /** On the loopback address. */
  readonly port: number
  /** Hashes of the branches of requests that it has in hand. */
  readonly branches: readonly number[]
}

/** All that a worker starts with. */
export interface Seat {
  readonly kind: 'seat'
  readonly index: number
  readonly count: number
  /** In our Via: its remainder by `count` is the index, and no two processes that live have the same. */
  readonly mark: number
  /** It reads nothing before it is told to: another process does. */
  readonly succeeds: boolean
  readonly secret: string
  readonly listeners: readonly SeatListener[]
  /** Where all workers are reached by those to whom we send. */
  readonly others: readonly { readonly host: string; readonly port: number }[]
  readonly handOver: HandOverSeat
  /** What the program that started the workers gives each of them. */
  readonly data: unknown
}

/** A listener that is bound already. */
export interface SeatListener {
  readonly transport: string
  readonly address: string
  readonly port: number
  readonly advertise?: { readonly host: string; readonly port?: number }
  readonly zone?: string
  /** Absent: there is one worker, and no sides. */
  readonly side?: Side
  /** Of a UDP socket; connections come with orders. */
  readonly fd?: number
}

/** How datagrams pass between workers. */
export interface HandOverSeat {
  /** This worker's socket on the loopback address. */
  readonly fd: number
  /** Of each worker's socket. */
  readonly ports: readonly number[]
  /** Opens each datagram: who does not know it is not one of us. */
  readonly key: string
  /** Of the hash that names the owner. */
  readonly seed: number
}

/** The envelope: programs may send messages of their own over the same channel. */
export interface Envelope<Message> {
  readonly sipwright: Message
}

/** Whether a message is one of ours. Both ends run the same code, so what is in it need not be checked. */
export function isEnvelope(value: unknown): value is Envelope<unknown> {
  return typeof value === 'object' && value !== null && 'sipwright' in value
}
