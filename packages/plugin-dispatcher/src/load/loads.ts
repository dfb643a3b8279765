/** What every destination is at, by its name: of those in service, and of those that still have calls. */
import { hash } from 'node:crypto'
import { Load } from './load.js'

export class Loads {
  readonly #secret: string
  /** By set and id. */
  readonly #named = new Map<string, Load>()
  readonly #marked = new Map<string, Load>()

  /** The secret makes marks that nobody else can tell to be of a destination. */
  constructor(secret: string) {
    this.#secret = secret
  }

  /** What the destination of that name is at: the same as ever, also after it was away. */
  of(setId: string, destinationId: string): Load {
    const name = `${setId}\n${destinationId}`
    let load = this.#named.get(name)
    if (load === undefined) {
      const mark = hash('sha256', `${this.#secret}\n${name}`, 'hex').slice(0, 16)
      load = new Load(setId, destinationId, mark)
      this.#named.set(name, load)
      this.#marked.set(mark, load)
    }
    return load
  }

  /** Whose mark that is. */
  marked(mark: string): Load | undefined {
    return this.#marked.get(mark)
  }

  /** Forgets the destinations that are neither among these nor have calls. */
  keepOnly(served: ReadonlySet<Load>): void {
    for (const [name, load] of this.#named) {
      if (served.has(load) || load.calls > 0 || load.pending > 0) continue
      this.#named.delete(name)
      this.#marked.delete(load.mark)
    }
  }
}
