/** Workers without processes: several apps of one test, joined as the supervisor would join them. */
import { type Workers } from '../plugin/workers.js'
import { type WorkerApp, type WorkerSeat } from '../server/worker-seat.js'

/** One worker of a test; it is a seat for `createApp({ worker })`. It has no listeners but those that the test binds. */
export interface TestWorker extends WorkerSeat {
  /** What the app lends to its supervisor; undefined until it listens. */
  readonly app: WorkerApp | undefined
  /** It leads from now on, and the one that did no longer; an app has to listen first. */
  lead(): void
  /** Another takes its place; what it tells then is heard by all. */
  retire(): void
  /** It hears nothing any more, and nobody hears it. */
  die(): void
}

/** As many as `count`; nobody leads yet. What one tells reaches the others at once. */
export function testWorkers(count: number): readonly TestWorker[] {
  const workers: InMemory[] = []
  for (let index = 0; index < count; index++) workers.push(new InMemory(index, count, workers))
  return workers
}

class InMemory implements TestWorker {
  readonly secret = 'shared by the workers of this test'
  readonly addresses = []
  readonly others = []
  readonly workers: Workers
  app: WorkerApp | undefined = undefined
  readonly #all: readonly InMemory[]
  readonly #told = new Map<string, ((news: unknown) => void)[]>()
  readonly #onLead: (() => void)[] = []
  readonly #onRetire: (() => void)[] = []
  #leads = false
  #dead = false

  constructor(index: number, count: number, all: readonly InMemory[]) {
    this.#all = all
    const leads = (): boolean => this.#leads
    this.workers = {
      index,
      count,
      several: count > 1,
      get leads() {
        return leads()
      },
      onLead: (run) => void this.#onLead.push(run),
      onRetire: (run) => void this.#onRetire.push(run),
      tell: (topic, news) => this.#tell(topic, news),
      onTold: (topic, hear) => {
        this.#told.set(topic, [...(this.#told.get(topic) ?? []), hear])
      },
    }
  }

  receiver<Receiver>(_address: unknown, receiver: Receiver): Receiver {
    return receiver
  }

  bound(): void {
    // There are no listeners to be bound.
  }

  serves(app: WorkerApp): Promise<void> {
    this.app = app
    return Promise.resolve()
  }

  lead(): void {
    for (const worker of this.#all) worker.#leads = worker === this
    for (const run of this.#onLead) run()
  }

  retire(): void {
    this.#leads = false
    for (const run of this.#onRetire) run()
  }

  die(): void {
    this.#dead = true
  }

  #tell(topic: string, news: unknown): void {
    if (this.#dead) return
    // As the channel would carry it.
    const text = JSON.stringify(news)
    for (const other of this.#all) {
      if (other === this || other.#dead) continue
      for (const hear of other.#told.get(topic) ?? []) hear(JSON.parse(text))
    }
  }
}
