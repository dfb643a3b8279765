/**
 * What one destination is at. It belongs to the name of the destination, not to its place in a set: it is kept across
 * reloads, and while calls are in progress across removal and return.
 */
import { Rate } from './rate.js'

export class Load {
  /** Calls in progress: an INVITE is sent, and neither its failure nor the end of its dialog is known. Only `Leases` writes it. */
  calls = 0
  /** INVITEs sent that have no final answer yet. Only `Leases` writes it. */
  pending = 0
  /** How fast new calls have come. */
  readonly rate = new Rate()
  readonly setId: string
  readonly destinationId: string
  /** What our Record-Route calls the destination: nobody who reads it learns which it is. */
  readonly mark: string

  constructor(setId = '', destinationId = '', mark = '') {
    this.setId = setId
    this.destinationId = destinationId
    this.mark = mark
  }
}
