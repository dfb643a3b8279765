/** What an app needs to know when it is one of several workers; `workers/worker.ts` has it. */
import { type Flow } from '../message/flow.js'
import { type Workers } from '../plugin/workers.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type TransportHost,
} from '../transport/transport.js'
import { type Counters } from './counters.js'

/** What others may ask of the app in a worker. */
export interface WorkerApp {
  counters(): Readonly<Counters>
  reload(): Promise<void>
  /** What the branches of the server transactions that are alive hash to: requests that belong to them. */
  branches(hash: (branch: string) => number): readonly number[]
  /** Whether nothing is in hand: no transaction, no connection. */
  isIdle(): boolean
  /** Lets calls end until the limit, and closes. */
  stop(limitMs: number): Promise<void>
}

/** Who receives, and says of a message before that whether it is wanted at all. */
export interface Gate extends Receiver {
  /** Whether nobody reads it. Asked once for each message, by whoever takes it off the wire. */
  drops(text: string, flow: Flow): boolean
  /** One that was asked about. */
  admitted(text: string, flow: Flow): void
}

/** A listening address with its transport's name. */
export interface SeatAddress extends ListenOptions {
  readonly transport: string
}

/** The place of one worker among the others. */
export interface WorkerSeat {
  readonly workers: Workers
  /** Signs the Record-Route of all workers alike. */
  readonly secret: string
  /** Listeners that were bound for this worker. */
  readonly addresses: readonly SeatAddress[]
  /** Where the other workers are reached: a Route to them is a Route to us. */
  readonly others: readonly { readonly host: string; readonly port: number }[]
  /** Who takes what comes by one of `addresses`: what belongs to another worker goes there. */
  receiver(address: SeatAddress, receiver: Gate): Receiver
  /** One of `addresses` is bound. */
  bound(address: SeatAddress, listener: Listener): void
  /** The app listens. Resolves when the supervisor has been told. */
  serves(app: WorkerApp, host: TransportHost): Promise<void>
}
