/** One worker's end of the channel to the supervisor, and its place among the others. */
import { type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { SipError } from '../errors.js'
import { type Workers } from '../plugin/workers.js'
import {
  type Gate,
  type SeatAddress,
  type WorkerApp,
  type WorkerSeat,
} from '../server/worker-seat.js'
import {
  type Listener,
  type Reading,
  type Receiver,
  type TransportHost,
} from '../transport/transport.js'
import { HandOver } from './hand-over.js'
import {
  type Envelope,
  isEnvelope,
  type Order,
  type Report,
  type Seat,
  type SeatListener,
} from './messages.js'
import { viaMarkOf } from './owner.js'

/** The environment variable that tells a process which worker it is. */
export const workerVariable = 'SIPWRIGHT_WORKER'

/** Whether this process was started as a worker: `if (isWorker()) await joinWorkers() else await startWorkers(…)`. */
export function isWorker(): boolean {
  return process.env[workerVariable] !== undefined && process.send !== undefined
}

/**
 * Takes the seat that the supervisor has for this process: hand it to `createApp({ worker })`, then call `app.listen()`.
 * From here on the process leaves SIGTERM, SIGINT, SIGHUP and SIGUSR2 to the supervisor, and ends when that ends.
 * Throws SIPW_ERR_NOT_A_WORKER.
 */
export async function joinWorkers(): Promise<Worker> {
  if (!isWorker()) throw new SipError('SIPW_ERR_NOT_A_WORKER')
  // Service managers and terminals send them to every process.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
    process.on(signal, () => undefined)
  }
  // Without a supervisor nobody binds, replaces or ends: whoever starts it anew needs the ports.
  process.once('disconnect', () => process.exit(1))
  return new Promise((resolve) => {
    let worker: Worker | undefined
    const early: Order[] = []
    process.on('message', (value, handle) => {
      if (!isEnvelope(value)) return
      const order = value.sipwright as Order
      if (worker !== undefined) return worker.obey(order, handle as Socket | undefined)
      if (order.kind === 'stop') process.exit(0)
      if (order.kind !== 'seat') return void early.push(order)
      worker = new Worker(order, report)
      for (const each of early) worker.obey(each, undefined)
      resolve(worker)
    })
    report({ kind: 'here' })
  })
}

export class Worker implements WorkerSeat {
  readonly workers: Workers
  readonly secret: string
  readonly addresses: readonly SeatAddress[]
  readonly others: readonly { readonly host: string; readonly port: number }[]
  readonly #report: (report: Report) => void
  readonly #handOver: HandOver
  readonly #told = new Map<string, ((news: unknown) => void)[]>()
  readonly #lead: (() => void)[] = []
  readonly #onRetire: (() => void)[] = []
  /** The sockets that all workers share: one reads them, so that nothing of one sender overtakes. */
  readonly #shared: Reading[] = []
  /** Those of this place alone. */
  readonly #own: Reading[] = []
  readonly #succeeds: boolean
  #host: TransportHost | undefined = undefined
  /** Until when it may take to finish what it has in hand; undefined: it has its place. */
  #endAt: number | undefined = undefined
  /** Who takes the connections of each listener. */
  readonly #accept: (((socket: Socket) => void) | undefined)[] = []
  /** Orders that wait for the app. */
  readonly #waiting: Order[] = []
  #app: WorkerApp | undefined = undefined
  #data: unknown
  #leads = false
  #reload: ((data: unknown) => void | Promise<void>) | undefined = undefined
  #stop: ((limitMs: number) => void | Promise<void>) | undefined = undefined

  /** Use `joinWorkers`. @internal */
  constructor(seat: Seat, report: (report: Report) => void) {
    const { index, count, mark, succeeds } = seat
    this.#succeeds = succeeds
    this.secret = seat.secret
    this.others = seat.others
    this.addresses = seat.listeners.map((listener, number) => this.#address(listener, number, mark))
    this.#report = report
    this.#data = seat.data
    this.#handOver = new HandOver({ index, count, seat: seat.handOver, mark, succeeds })
    this.workers = this.#facility(index, count)
  }

  /** What `startWorkers` or the last reload gave to all workers. */
  get data(): unknown {
    return this.#data
  }

  /**
   * Instead of `app.reload()`: the supervisor was told to reload. What it throws is told there. The first order may come with
   * `app.listen()`: throws SIPW_ERR_ALREADY_SERVING after it.
   */
  onReload(run: (data: unknown) => void | Promise<void>): void {
    this.#notYetServing('onReload')
    this.#reload = run
  }

  /** Instead of draining and closing the app: the process ends when it is done. As `onReload`, before `app.listen()`. */
  onStop(run: (limitMs: number) => void | Promise<void>): void {
    this.#notYetServing('onStop')
    this.#stop = run
  }

  receiver(address: SeatAddress, receiver: Gate): Receiver {
    const { inherited } = address
    if (inherited?.kind !== 'datagrams') return receiver
    const isShared = address.side !== 'target'
    return this.#handOver.receiver(this.addresses.indexOf(address), receiver, isShared)
  }

  bound(address: SeatAddress, listener: Listener): void {
    this.#handOver.bound(this.addresses.indexOf(address), listener.local)
  }

  async serves(app: WorkerApp, host: TransportHost): Promise<void> {
    await this.#handOver.open(host)
    this.#app = app
    this.#host = host
    if (!this.#succeeds) for (const reading of this.#own) reading.begin()
    this.#report({ kind: 'serves' })
    for (const order of this.#waiting.splice(0)) this.obey(order, undefined)
  }

  /** @internal */
  obey(order: Order, socket: Socket | undefined): void {
    switch (order.kind) {
      case 'seat':
        break
      case 'lead':
        this.#leads = true
        for (const reading of this.#shared) reading.begin()
        for (const run of this.#lead) run()
        break
      case 'away':
        this.#handOver.away(order.workers, order.revision)
        break
      case 'told':
        for (const hear of this.#told.get(order.topic) ?? []) hear(order.news)
        break
      case 'connection':
        if (socket !== undefined) this.#connection(order.listener, socket)
        break
      case 'succeed':
        this.#handOver.succeed(order.elders)
        for (const reading of this.#own) reading.begin()
        break
      case 'over':
        this.#handOver.over(order.mark)
        break
      case 'pulse':
        this.#report({ kind: 'alive' })
        break
      case 'retire':
        if (this.#app !== undefined) void this.#retire(this.#app, order.limitMs)
        break
      case 'count':
      case 'reload':
      case 'stop':
        if (this.#app === undefined) this.#waiting.push(order)
        else void this.#serve(order, this.#app)
        break
    }
  }

  #notYetServing(method: string): void {
    if (this.#app !== undefined) throw new SipError('SIPW_ERR_ALREADY_SERVING', [method])
  }

  #connection(listener: number, socket: Socket): void {
    const accept = this.#accept[listener]
    if (accept === undefined) socket.destroy()
    else accept(socket)
  }

  async #serve(
    order: Extract<Order, { kind: 'count' | 'reload' | 'stop' }>,
    app: WorkerApp,
  ): Promise<void> {
    switch (order.kind) {
      case 'count':
        this.#report({ kind: 'counted', id: order.id, counters: { ...app.counters() } })
        break
      case 'reload': {
        const { id, data } = order
        this.#data = data
        try {
          await (this.#reload === undefined ? app.reload() : this.#reload(data))
          this.#report({ kind: 'reloaded', id })
        } catch (error) {
          const fault = error instanceof Error ? error.message : String(error)
          this.#report({ kind: 'reloaded', id, fault })
        }
        break
      }
      case 'stop': {
        if (this.#endAt !== undefined) {
          this.#endAt = Math.min(this.#endAt, performance.now() + order.limitMs)
          break
        }
        let status = 0
        try {
          await (this.#stop === undefined ? app.stop(order.limitMs) : this.#stop(order.limitMs))
        } catch {
          status = 1
        }
        await this.#handOver.close()
        process.exit(status)
      }
    }
  }

  /** Gives its place up, finishes what it has in hand, and ends. */
  async #retire(app: WorkerApp, limitMs: number): Promise<void> {
    await this.#handOver.prepareToRetire(this.#host!)
    this.#endAt = performance.now() + limitMs
    this.#leads = false
    for (const reading of [...this.#shared, ...this.#own]) reading.end()
    const port = this.#handOver.retire()
    for (const run of this.#onRetire) run()
    const branches = app.branches((branch) => this.#handOver.hash(branch))
    this.#report({ kind: 'retired', port, branches })
    while (!app.isIdle() && performance.now() < this.#endAt) await pause(idlePollMs)
    await app.stop(0).catch(() => undefined)
    await this.#handOver.close()
    process.exit(0)
  }

  #facility(index: number, count: number): Workers {
    const leads = (): boolean => this.#leads
    return {
      index,
      count,
      get leads() {
        return leads()
      },
      several: true,
      onLead: (run) => void this.#lead.push(run),
      onRetire: (run) => void this.#onRetire.push(run),
      tell: (topic, news) => this.#report({ kind: 'tells', topic, news }),
      onTold: (topic, hear) => {
        const others = this.#told.get(topic)
        if (others === undefined) this.#told.set(topic, [hear])
        else others.push(hear)
      },
    }
  }

  #address(listener: SeatListener, number: number, mark: number): SeatAddress {
    const { fd, side, ...rest } = listener
    const readings = side === 'target' ? this.#own : this.#shared
    return {
      ...rest,
      ...(side && { side }),
      ...(fd !== undefined && { viaMark: viaMarkOf(mark) }),
      inherited:
        fd === undefined
          ? { kind: 'connections', take: (accept) => (this.#accept[number] = accept) }
          : {
              ...{ kind: 'datagrams', fd, shared: side === 'caller' },
              held: (reading) => void readings.push(reading),
            },
    }
  }
}

/** How often one that has retired looks whether it is done. */
const idlePollMs = 100

function report(message: Report): void {
  const envelope: Envelope<Report> = { sipwright: message }
  // The channel may close at any time: `disconnect` says what follows.
  process.send?.(envelope, undefined, undefined, () => undefined)
}
