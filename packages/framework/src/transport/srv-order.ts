/** The order in which to try the servers of an SRV answer. RFC 2782 */
import { type SrvRecord } from './dns-client.js'

/**
 * Lower priority first; within one, drawn so that each comes first as often as its weight says.
 * `random` is uniform in [0, 1).
 */
export function inSrvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = []
  // Weight 0 first, so that a draw of 0 may choose it: "a very small chance of being selected".
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight)
  while (left.length > 0) {
    const { priority } = left[0]!
    let end = 0
    let sum = 0
    while (end < left.length && left[end]!.priority === priority) sum += left[end++]!.weight
    const drawn = Math.floor(random() * (sum + 1))
    let at = 0
    let running = left[0]!.weight
    while (running < drawn && at < end - 1) running += left[++at]!.weight
    ordered.push(...left.splice(at, 1))
  }
  return ordered
}
