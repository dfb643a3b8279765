/** What one destination is at: calls, and INVITEs that wait for their answer. Kept across reloads. */

export class Load {
  /** Calls in progress: an INVITE is sent, and neither its failure nor the end of its dialog is known. */
  calls = 0
  /** Requests sent that have no final answer yet. */
  pending = 0
}
