/** Several processes that serve the same calls: binds their listeners once, starts them and keeps them running. */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Clock, type Log } from '../environment.js'
import { SipError } from '../errors.js'
import { type ListenAddress, type LongListenAddress } from '../server/app.js'
import { systemClock } from '../server/clock.js'
import { type Counters } from '../server/counters.js'
import { machineSecret } from '../server/dialog-token.js'
import { hostToAdvertise } from '../server/listeners.js'
import { systemLog } from '../server/log.js'
import { parseListenAddress } from '../transport/address.js'
import { loopback } from './hand-over.js'
import { holdSocket, type HeldSocket } from './held-socket.js'
import { acceptAt, type HeldServer } from './held-server.js'
import { type Seat, type SeatListener } from './messages.js'
import { firstDescriptor, launchWorker } from './worker-process.js'
import { type Placement, Supervisor } from './supervisor.js'

export interface WorkersOptions {
  /** The module that every worker runs: it calls `joinWorkers`. */
  readonly entry: string | URL
  /** Its arguments. Default: those of this process. */
  readonly args?: readonly string[]
  /** `auto`: as many as there are processors. */
  readonly workers: number | 'auto'
  /** As `app.listen` takes them. */
  readonly listen: readonly ListenAddress[]
  /** What every worker finds as `worker.data`; JSON carries it. */
  readonly data?: unknown
  /** As in `AppOptions`; the workers share it. */
  readonly secret?: string
  /** Default: pino at level info, JSON to stdout. */
  readonly log?: Log
  readonly clock?: Clock
}

/**
 * Binds every address and starts the workers; resolves when all of them serve. Throws SIPW_ERR_LISTEN,
 * SIPW_ERR_WORKER_FAILED if one ends before that, SIPW_ERR_WORKERS_UNSUPPORTED. Nothing is left running then.
 */
export async function startWorkers(options: WorkersOptions): Promise<WorkerGroup> {
  const group = new WorkerGroup(options)
  await group.start(options)
  return group
}

export class WorkerGroup {
  readonly #count: number
  readonly #supervisor: Supervisor
  readonly #entry: string
  readonly #args: readonly string[]
  readonly #secret: string
  readonly #key = randomBytes(16).toString('hex')
  readonly #seed = randomBytes(4).readInt32LE()
  readonly #sockets: HeldSocket[] = []
  readonly #servers: HeldServer[] = []
  readonly #shared: Place[] = []
  /** By worker. */
  readonly #own: Place[][]
  readonly #handOver: HeldSocket[] = []
  #data: unknown

  /** Use `startWorkers`. @internal */
  constructor(options: WorkersOptions) {
    const { workers, entry } = options
    this.#count = workers === 'auto' ? availableParallelism() : workers
    if (!Number.isInteger(this.#count) || this.#count < 1 || this.#count > maxWorkers) {
      throw new SipError('SIPW_ERR_WORKERS_UNSUPPORTED', [
        `${workers} workers: expected 1 to ${maxWorkers}, or auto`,
      ])
    }
    this.#entry = typeof entry === 'string' ? entry : fileURLToPath(entry)
    this.#args = options.args ?? process.argv.slice(2)
    this.#secret = options.secret ?? machineSecret()
    this.#data = options.data
    this.#own = Array.from({ length: this.#count }, () => [])
    this.#supervisor = new Supervisor({
      count: this.#count,
      clock: options.clock ?? systemClock,
      log: options.log ?? systemLog(),
      launch: (index, events, place) => {
        const { descriptors, listeners, handOverFd } = this.#descriptorsOf(index)
        const seat = (): Seat => this.#seatOf(index, listeners, handOverFd, place)
        return launchWorker(
          index,
          { entry: this.#entry, args: this.#args, descriptors, seat },
          events,
        )
      },
    })
  }

  /** @internal */
  async start({ listen }: WorkersOptions): Promise<void> {
    try {
      await this.#bind(
        listen.map((each) => (typeof each === 'string' ? parseListenAddress(each) : each)),
      )
      await this.#supervisor.start()
    } catch (error) {
      this.#supervisor.kill()
      this.#release()
      throw error
    }
    void this.#supervisor.ended.then(() => this.#release())
  }

  /** Listeners that callers reach, as they are bound. */
  get listeners(): readonly {
    readonly transport: string
    readonly address: string
    readonly port: number
  }[] {
    return this.#shared.map(({ transport, address, port }) => ({ transport, address, port }))
  }

  /** Process ids by worker; undefined while one is replaced. */
  get pids(): readonly (number | undefined)[] {
    return this.#supervisor.pids
  }

  /** What all workers have counted, added up. Those of workers that ended are gone with them. */
  counters(): Promise<Counters> {
    return this.#supervisor.counters()
  }

  /** Every worker reloads, with new `data` if it is given; resolves with what they refused. */
  reload(data: unknown = this.#data): Promise<readonly string[]> {
    this.#data = data
    return this.#supervisor.reload(data)
  }

  /**
   * New processes take the place of all workers, one after the other, and run what the entry is by then. The old ones finish what
   * they have in hand. Resolves with what went wrong: a worker whose successor does not start keeps its place.
   */
  swap(): Promise<readonly string[]> {
    return this.#supervisor.swap()
  }

  /** Tells all workers, who hear it by `workers.onTold`, what those that come later find as `worker.data`. */
  tell(topic: string, news: unknown, data: unknown = this.#data): void {
    this.#data = data
    this.#supervisor.tell(topic, news)
  }

  /**
   * Tells the workers to let calls end until the limit, and to close; resolves when all processes have ended: true if all
   * did so by themselves. A second call with a shorter limit shortens it.
   */
  stop(limitMs: number): Promise<boolean> {
    this.#supervisor.stop(limitMs)
    return this.#supervisor.ended
  }

  async #bind(addresses: readonly LongListenAddress[]): Promise<void> {
    const taken = new Set(addresses.map(({ transport, port }) => `${transport}:${port}`))
    const alone = this.#count === 1
    for (const address of addresses) {
      this.#shared.push(await this.#place(address, alone ? undefined : 'caller'))
    }
    for (const [number, each] of this.#shared.entries()) {
      if (this.#shared.findIndex((other) => isSameInterface(other, each)) < number) continue
      // One worker alone is reached where it listens.
      if (alone) break
      let { port } = each
      for (const [index, places] of this.#own.entries()) {
        const place = await this.#ownPlace(each, port, taken, index)
        port = place.port
        places.push(place)
      }
    }
    for (let index = 0; index < this.#count; index++) {
      this.#handOver.push(this.#hold(await holdSocket(loopback, 0)))
    }
  }

  /**
   * The next free port above: the same at each start, so that dialogs of before still come home after one.
   */
  async #ownPlace(
    { transport, address, advertise, zone }: Place,
    above: number,
    taken: ReadonlySet<string>,
    index: number,
  ): Promise<Place> {
    const host = advertise?.host
    for (let port = above + 1, tries = 1; ; port++, tries++) {
      if (port > 65_535) port = 1_024
      if (taken.has(`${transport}:${port}`)) continue
      try {
        return await this.#place(
          { transport, address, port, ...(host && { advertise: { host } }), ...(zone && { zone }) },
          'target',
          index,
        )
      } catch (error) {
        const isListen = error instanceof SipError && error.code === 'SIPW_ERR_LISTEN'
        if (!isListen || tries === maxTries) throw error
      }
    }
  }

  async #place(
    { transport, address, port, advertise, zone }: LongListenAddress,
    side: Place['side'],
    own?: number,
  ): Promise<Place> {
    const common = {
      transport,
      address,
      ...(side && { side }),
      ...(advertise && { advertise }),
      ...(zone && { zone }),
    }
    if (transport.toUpperCase() === 'UDP') {
      const socket = this.#hold(await holdSocket(address, port))
      return { ...common, port: socket.port, socket }
    }
    // Its number in every seat, where a worker's own listeners stand behind the shared ones.
    const number = this.#shared.length + (own === undefined ? 0 : this.#own[own]!.length)
    const server = await acceptAt(address, port, (socket) =>
      this.#supervisor.connection(socket, number, own),
    )
    this.#servers.push(server)
    return { ...common, port: server.port, socket: undefined }
  }

  #hold(socket: HeldSocket): HeldSocket {
    this.#sockets.push(socket)
    return socket
  }

  #descriptorsOf(index: number): {
    readonly descriptors: readonly number[]
    readonly listeners: readonly SeatListener[]
    readonly handOverFd: number
  } {
    const descriptors: number[] = []
    const inherited = (socket: HeldSocket): number =>
      firstDescriptor + descriptors.push(socket.fd) - 1
    const listeners = [...this.#shared, ...this.#own[index]!].map(({ socket, ...rest }) =>
      socket === undefined ? rest : { ...rest, fd: inherited(socket) },
    )
    const handOverFd = inherited(this.#handOver[index]!)
    return { descriptors, listeners, handOverFd }
  }

  #seatOf(
    index: number,
    listeners: readonly SeatListener[],
    handOverFd: number,
    place: Placement,
  ): Seat {
    return {
      ...{ kind: 'seat', index, count: this.#count, secret: this.#secret, listeners },
      ...place,
      others: this.#own.flatMap((places) =>
        places.flatMap(({ address, port, advertise }) => [
          { host: hostToAdvertise(address), port },
          ...(advertise === undefined ? [] : [{ host: advertise.host, port }]),
        ]),
      ),
      handOver: {
        fd: handOverFd,
        ports: this.#handOver.map(({ port }) => port),
        key: this.#key,
        seed: this.#seed,
      },
      data: this.#data,
    }
  }

  #release(): void {
    for (const socket of this.#sockets.splice(0)) socket.close()
    for (const server of this.#servers.splice(0)) server.close()
  }
}

/** A bound listener; without a socket it takes connections. */
interface Place extends Omit<SeatListener, 'fd'> {
  readonly socket: HeldSocket | undefined
}

/** More than any machine needs; it bounds the ports that are taken. */
const maxWorkers = 128

/** Ports that may be in use by others before the search ends. */
const maxTries = 200

/** One listener per worker does for all that callers reach on one interface. */
function isSameInterface(a: Place, b: Place): boolean {
  return (
    a.transport === b.transport &&
    a.address === b.address &&
    a.zone === b.zone &&
    a.advertise?.host === b.advertise?.host
  )
}
