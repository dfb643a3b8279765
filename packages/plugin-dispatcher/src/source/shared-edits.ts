/**
 * Several workers, the same destinations: what is said of them at run time in one worker holds in all, and in one that takes
 * the place of another. When two say different things at once, the leading worker's word is the last.
 */
import { type Workers } from '@sipwright/framework'
import { type Dispatcher } from '../dispatcher.js'
import { type Edit } from './edits.js'

export class SharedEdits {
  readonly #workers: Workers
  readonly #dispatcher: Dispatcher

  constructor(workers: Workers, dispatcher: Dispatcher) {
    this.#workers = workers
    this.#dispatcher = dispatcher
    workers.onTold(editsTopic, (news) => this.#told(news as readonly Edit[]))
    workers.onTold(askTopic, () => {
      if (workers.leads) this.said(dispatcher.edits())
    })
  }

  /** Something was said here. */
  said(edits: readonly Edit[]): void {
    if (this.#workers.several && edits.length > 0) this.#workers.tell(editsTopic, edits)
  }

  /** This worker is new: it asks what has been said before. */
  catchUp(): void {
    if (this.#workers.several && !this.#workers.leads) this.#workers.tell(askTopic, null)
  }

  #told(edits: readonly Edit[]): void {
    this.#dispatcher.adoptEdits(edits)
    // The others may have heard it before what this worker told them, or after. Now they hear it after.
    if (this.#workers.leads) this.said(edits)
  }
}

const editsTopic = 'dispatcher.edits'
const askTopic = 'dispatcher.edits.ask'
