/** All users that one configuration names, wherever they are kept. */
import { type Clock, type Log, SipError } from '@sipwright/framework'
import { type DigestConfig } from '../config.js'
import { WatchedFile } from '../watched-file.js'
import { type Account } from './account.js'
import { Accounts } from './accounts.js'
import { Lookups, type UserSource } from './lookups.js'
import { SqlUsers } from './sql-users.js'
import { parseUsers } from './users-file.js'

export class Directory {
  readonly lookups: Lookups
  readonly #configured = new Accounts()
  readonly #file: WatchedFile | undefined
  #listed = new Accounts()

  /** Knows those of the configuration; `load` for the others. */
  constructor(
    config: DigestConfig | undefined,
    host: { readonly clock: Clock; readonly log: Log },
  ) {
    for (const [user, account] of Object.entries(config?.users ?? {})) {
      this.#configured.add(user, account)
    }
    const { clock, log } = host
    const file = config?.usersFile
    this.#file =
      file === undefined
        ? undefined
        : new WatchedFile({ file, clock, log, apply: (text) => this.#list(text, file) })
    this.lookups = lookupsOf(config)
  }

  /** Reads the file and asks the database once. Rejects with SIPW_ERR_AUTH_FILE, _LIST or _USERS. */
  async load(): Promise<void> {
    await this.#file?.load()
    await this.lookups.check()
  }

  /** Reads the file again, and forgets who has been looked up. */
  async reload(): Promise<void> {
    this.lookups.clear()
    await this.#file?.load()
  }

  /** Who is in memory: those of the configuration stand before those of the file. Text as it stands on the wire. */
  inMemory(user: string, realm: string): Account | undefined {
    return this.#configured.find(user, realm) ?? this.#listed.find(user, realm)
  }

  watch(): void {
    this.#file?.watch()
  }

  async close(): Promise<void> {
    this.#file?.close()
    await this.lookups.close()
  }

  #list(text: string, file: string): void {
    const { accounts, faults } = parseUsers(text)
    if (faults.length > 0) {
      const told = faults.map(({ line, expected }) => `${file}:${line}: expected ${expected}`)
      throw new SipError('SIPW_ERR_AUTH_LIST', [file, told.join('; ')])
    }
    this.#listed = accounts
  }
}

function lookupsOf(config: DigestConfig | undefined): Lookups {
  const sources: UserSource[] = []
  if (config?.sql !== undefined) sources.push(new SqlUsers(config.sql))
  if (config?.lookup !== undefined) sources.push({ name: 'a function', find: config.lookup })
  const { size = 0, lifetimeMs = 0, pending = 1 } = config?.cache ?? {}
  return new Lookups({ sources, cacheSize: size, cacheLifetimeMs: lifetimeMs, pending })
}
