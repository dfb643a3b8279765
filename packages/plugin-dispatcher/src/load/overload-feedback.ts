/** Hears what destinations say of their overload in our Via. RFC 7339 §4 */
import { type Host } from '@sipwright/framework'
import { Destination } from '../destination.js'
import { overloadReportIn } from './overload.js'

export class OverloadFeedback {
  #begun = false

  /** From now on; again: nothing. A hook costs each response something, so nobody begins who need not. */
  begin(host: Pick<Host, 'clock' | 'onResponse'>): void {
    if (this.#begun) return
    this.#begun = true
    const { clock } = host
    host.onResponse(({ branch, ourVia }) => {
      const { origin } = branch.target
      if (ourVia === undefined || !(origin instanceof Destination)) return
      const report = overloadReportIn(ourVia)
      if (report !== undefined) origin.overload.report(report, clock.now())
    })
  }
}
