/** What Linux says of processes: who started whom, and who is left. */
import { readFileSync } from 'node:fs'

/** In the order in which they were started. */
export function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim()
  return children === '' ? [] : children.split(' ').map(Number)
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended and is not yet waited for is a zombie: Z.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
