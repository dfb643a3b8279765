/**
 * The system's hosts file: names that containers and administrators give without DNS, `localhost` among them.
 * It is read again when it has changed.
 */
import { readFileSync, statSync } from 'node:fs'
import { type Clock } from '../environment.js'
import { familyOf, isNumericAddress, normalizeAddress, type Family } from './address.js'

/** How often its time of change is looked at, when asked. */
const checkMs = 5_000

/** Names and addresses of the hosts file, each line an address and its names. hosts(5) */
export class HostsFile {
  readonly #clock: Clock
  readonly #path: string
  #names: ReadonlyMap<string, readonly string[]> = new Map()
  #changedAt = -1
  #checkedAt = -Infinity

  constructor(clock: Clock, path = systemPath()) {
    this.#clock = clock
    this.#path = path
  }

  /** Addresses of a lower-case name, in the file's order. */
  addresses(name: string, family: Family): readonly string[] {
    this.#refresh()
    return (this.#names.get(name) ?? []).filter((address) => familyOf(address) === family)
  }

  knows(name: string): boolean {
    this.#refresh()
    return this.#names.has(name)
  }

  #refresh(): void {
    const now = this.#clock.now()
    if (now - this.#checkedAt < checkMs) return
    this.#checkedAt = now
    try {
      const { mtimeMs } = statSync(this.#path)
      if (mtimeMs === this.#changedAt) return
      this.#names = parseHosts(readFileSync(this.#path, 'utf8'))
      this.#changedAt = mtimeMs
    } catch {
      // Without the file there is DNS alone.
      this.#names = new Map()
      this.#changedAt = -1
    }
  }
}

/** Names of a hosts file, lower-case, with their addresses. */
export function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [entry = ''] = line.split('#', 1)
    const [address = '', ...columns] = entry.trim().split(/[ \t]+/)
    if (!isNumericAddress(address)) continue
    for (const column of columns) {
      const name = column.toLowerCase()
      const known = names.get(name)
      if (known === undefined) names.set(name, [normalizeAddress(address)])
      else known.push(normalizeAddress(address))
    }
  }
  return names
}

function systemPath(): string {
  return process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'
}
