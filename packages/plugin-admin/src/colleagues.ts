/**
 * Questions to the other workers: one of them serves the operator, and every one has counted something. Whoever does not
 * answer in time is left out.
 */
import { type Clock, type Workers } from '@sipwright/framework'

const askTopic = 'admin.ask'
const answerTopic = 'admin.answer'

/** Longer nobody waits for a worker that is being replaced. */
const answerLimitMs = 1_000

interface Ask {
  readonly id: number
  readonly from: number
  readonly question: string
  readonly data: unknown
}

interface Told {
  readonly id: number
  readonly to: number
  readonly from: number
  readonly answer?: unknown
  readonly fault?: string
}

/** What one other worker says. */
export type WorkerAnswer<T> =
  | { readonly worker: number; readonly answer: T }
  | { readonly worker: number; readonly fault: string }

export class Colleagues {
  readonly #workers: Workers
  readonly #clock: Clock
  readonly #answers = new Map<string, (data: unknown) => unknown>()
  readonly #open = new Map<number, (told: Told) => void>()
  #last = 0

  constructor(workers: Workers, clock: Clock) {
    this.#workers = workers
    this.#clock = clock
    workers.onTold(askTopic, (news) => void this.#asked(news as Ask))
    workers.onTold(answerTopic, (news) => {
      const told = news as Told
      // One that retires has our number, and its figures end with it.
      if (told.to === workers.index && told.from !== workers.index) this.#open.get(told.id)?.(told)
    })
  }

  /** How this worker answers a question; JSON carries both ways. */
  onAsked(question: string, answer: (data: unknown) => unknown): void {
    this.#answers.set(question, answer)
  }

  /** What each other worker answers; nothing where there are none. The data of a question is ours, and so is the answer. */
  async ask<T>(question: string, data: unknown = null): Promise<readonly WorkerAnswer<T>[]> {
    const others = this.#workers.count - 1
    if (others === 0) return []
    const id = ++this.#last
    const found: WorkerAnswer<T>[] = []
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel()
        this.#open.delete(id)
        resolve()
      }
      const cancel = this.#clock.after(answerLimitMs, end)
      this.#open.set(id, ({ from, answer, fault }) => {
        found.push(
          fault === undefined ? { worker: from, answer: answer as T } : { worker: from, fault },
        )
        if (found.length === others) end()
      })
      const ask: Ask = { id, from: this.#workers.index, question, data }
      this.#workers.tell(askTopic, ask)
    })
    return found
  }

  /** As `ask`; what went wrong there is left out. */
  async hear<T>(question: string, data: unknown = null): Promise<readonly T[]> {
    const answers = await this.ask<T>(question, data)
    return answers.flatMap((each) => ('answer' in each ? [each.answer] : []))
  }

  async #asked({ id, from, question, data }: Ask): Promise<void> {
    const common = { id, to: from, from: this.#workers.index }
    try {
      const answer = await this.#answers.get(question)?.(data)
      this.#workers.tell(answerTopic, { ...common, answer: answer ?? null } satisfies Told)
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error)
      this.#workers.tell(answerTopic, { ...common, fault } satisfies Told)
    }
  }
}
