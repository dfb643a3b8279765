/**
 * A file of users, as `htdigest` writes it: `user:realm:HA1`, one a line. The length of the hash tells MD5 from SHA-256;
 * `user:realm:SHA-512-256:HA1` names the algorithm. A user may have a line for each. `#` begins a comment.
 */
import { digestAlgorithms, type DigestAlgorithm } from '../digest/algorithm.js'
import { isHa1 } from './account.js'
import { Accounts } from './accounts.js'

/** A line that is none. What stands there is not told: it may be a hash. */
export interface UsersFault {
  /** From 1. */
  readonly line: number
  readonly expected: string
}

/** The users of a text, and every line that is wrong. */
export function parseUsers(text: string): {
  readonly accounts: Accounts
  readonly faults: readonly UsersFault[]
} {
  const accounts = new Accounts()
  const faults: UsersFault[] = []
  text.split('\n').forEach((row, index) => {
    const line = row.trim()
    if (line === '' || line.startsWith('#')) return
    const expected = addLine(accounts, line)
    if (expected !== undefined) faults.push({ line: index + 1, expected })
  })
  return { accounts, faults }
}

/** Undefined, or what was expected. */
function addLine(accounts: Accounts, line: string): string | undefined {
  const [user, realm, ...rest] = line.split(':')
  const [first = '', second] = rest
  if (!user || !realm || rest.length === 0 || rest.length > 2) {
    return 'user:realm:HA1, or user:realm:algorithm:HA1'
  }
  const algorithm = second === undefined ? algorithmBy(first) : named(first)
  const hash = second ?? first
  if (algorithm === undefined) {
    return second === undefined
      ? '32 hexadecimal digits (MD5) or 64 (SHA-256)'
      : `an algorithm: ${digestAlgorithms.join(', ')}`
  }
  if (!isHa1(hash, algorithm)) return `the hexadecimal digits of ${algorithm}`
  accounts.add(user, { ha1: { [algorithm]: hash } }, realm)
  return undefined
}

function algorithmBy(hash: string): DigestAlgorithm | undefined {
  return (['MD5', 'SHA-256'] as const).find((algorithm) => isHa1(hash, algorithm))
}

function named(name: string): DigestAlgorithm | undefined {
  return digestAlgorithms.find((algorithm) => algorithm === name)
}
