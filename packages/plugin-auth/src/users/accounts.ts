/** Users that are in memory as a whole: those of the configuration, and those of a file. */
import { wireText } from '../digest/algorithm.js'
import { type Account, type AccountInput, accountOf } from './account.js'

/** A table of users of one realm each, or of any. */
export class Accounts {
  readonly #byName = new Map<string, Account>()

  get size(): number {
    return this.#byName.size
  }

  /** Adds a user, or what else is known of him. Without a realm he is known in all. */
  add(user: string, input: AccountInput, realm?: string): void {
    const key = keyOf(wireText(user), realm === undefined ? undefined : wireText(realm))
    const known = this.#byName.get(key)
    const account = accountOf(input)
    this.#byName.set(
      key,
      known === undefined
        ? account
        : { ...known, ...account, ha1: { ...known.ha1, ...account.ha1 } },
    )
  }

  /** By text as it stands on the wire. */
  find(user: string, realm: string): Account | undefined {
    return this.#byName.get(keyOf(user, realm)) ?? this.#byName.get(keyOf(user, undefined))
  }
}

/** A length first, so that no two pairs have the same key, whatever is in them. */
function keyOf(user: string, realm: string | undefined): string {
  return realm === undefined ? `* ${user}` : `${realm.length} ${realm} ${user}`
}
