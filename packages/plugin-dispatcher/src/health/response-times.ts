/** Times the first response of each INVITE's attempt: 100, 18x or final, never how long it rings. */
import { type Branch, type Host } from '@sipwright/framework'
import { Destination } from '../destination.js'

export class ResponseTimes {
  /** When the attempts that have had no response were sent. */
  readonly #sent = new WeakMap<Branch, number>()
  #begun = false

  /** From now on; again: nothing. Hooks cost each call something, so nobody begins who need not. */
  begin(host: Pick<Host, 'clock' | 'onForward' | 'onResponse' | 'onFailure'>): void {
    if (this.#begun) return
    this.#begun = true
    const { clock } = host
    host.onForward(({ request, branch, target }) => {
      if (request.method !== 'INVITE' || branch === undefined) return
      if (target?.origin instanceof Destination) this.#sent.set(branch, clock.now())
    })
    host.onResponse(({ branch }) => this.#heard(branch, clock.now()))
    // As long as it was waited for in vain, at least.
    host.onFailure(({ branch, cause }) => {
      if (cause === 'no-response') this.#heard(branch, clock.now())
    })
  }

  #heard(branch: Branch, now: number): void {
    const sent = this.#sent.get(branch)
    if (sent === undefined) return
    this.#sent.delete(branch)
    const { origin } = branch.target
    if (origin instanceof Destination) origin.responseTime.sample(now - sent, now)
  }
}
