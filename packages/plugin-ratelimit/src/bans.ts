/**
 * Who is not heard at all for a while. Whoever earns another ban soon after the last one is banned for twice as long. Workers tell
 * each other, and operators may look, add and lift.
 */
import { type Clock, sourceOf } from '@sipwright/framework'

export interface Ban {
  /** An address, or an IPv6 network as `2001:db8:1:2::/64`. */
  readonly source: string
  readonly reason: string
  /** Who said so; absent: it was found here. */
  readonly by?: string | undefined
  /** Milliseconds of the app's clock. */
  readonly since: number
  /** Milliseconds of the app's clock. */
  readonly until: number
  /** How many in a row this is. */
  readonly times: number
}

/** As it is told from one worker to another, whose clock is another. */
export interface BanNews {
  readonly source: string
  readonly reason: string
  readonly by?: string | undefined
  /** 0: it is lifted. */
  readonly forMs: number
  readonly times: number
}

export interface BansOptions {
  readonly clock: Clock
  /** Bans remembered; beyond, the one that was made first is forgotten. */
  readonly maxBans: number
  /** However often. */
  readonly longestMs: number
  /** Tells other workers. */
  readonly told?: (news: BanNews) => void
}

/** So long after its end a ban still makes the next one longer. */
const rememberedMs = 3_600_000

export class Bans {
  readonly #options: BansOptions
  readonly #bans = new Map<string, Ban>()
  readonly #listeners = new Set<(ban: Ban, banned: boolean) => void>()

  constructor(options: BansOptions) {
    this.#options = options
  }

  /** Those in force. */
  list(): readonly Ban[] {
    const now = this.#options.clock.now()
    return [...this.#bans.values()].filter(({ until }) => until > now)
  }

  /** Of an address. */
  find(address: string): Ban | undefined {
    // Nearly always nobody is banned, and this is asked of every datagram.
    if (this.#bans.size === 0) return undefined
    const ban = this.#bans.get(sourceOf(address))
    return ban !== undefined && ban.until > this.#options.clock.now() ? ban : undefined
  }

  /** For `forMs`, twice as long for each ban that was shortly before. One that is banned stays so at least as long. */
  add(address: string, reason: string, forMs: number, by?: string): Ban {
    const source = sourceOf(address)
    const before = this.#bans.get(source)
    const now = this.#options.clock.now()
    const times = before === undefined || now > before.until + rememberedMs ? 1 : before.times + 1
    const longer = Math.min(forMs * 2 ** (times - 1), this.#options.longestMs)
    const ban = this.#set({ source, reason, by, forMs: longer, times })
    this.#options.told?.({ source, reason, by, forMs: longer, times })
    return ban
  }

  /** False: there is no such ban. */
  lift(address: string): boolean {
    const source = address.endsWith('::/64') ? address : sourceOf(address)
    if (this.#bans.get(source) === undefined) return false
    this.#unset(source)
    this.#options.told?.({ source, reason: 'lifted', forMs: 0, times: 0 })
    return true
  }

  /** What another worker tells. */
  adopt(news: BanNews): void {
    if (news.forMs > 0) this.#set(news)
    else this.#unset(news.source)
  }

  /** For a worker that is new. */
  news(): readonly BanNews[] {
    const now = this.#options.clock.now()
    return this.list().map(({ since: _since, until, ...ban }) => ({ ...ban, forMs: until - now }))
  }

  /** Tells when one is banned, and when a ban is lifted; the function returned ends it. */
  onChange(listener: (ban: Ban, banned: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set({ forMs, ...news }: BanNews): Ban {
    const now = this.#options.clock.now()
    const ban = { ...news, since: now, until: now + forMs }
    this.#bans.delete(ban.source)
    if (this.#bans.size >= this.#options.maxBans) this.#forgetOldest()
    this.#bans.set(ban.source, ban)
    for (const listener of this.#listeners) listener(ban, true)
    return ban
  }

  #unset(source: string): void {
    const ban = this.#bans.get(source)
    if (!this.#bans.delete(source) || ban === undefined) return
    for (const listener of this.#listeners) listener(ban, false)
  }

  #forgetOldest(): void {
    for (const source of this.#bans.keys()) {
      this.#bans.delete(source)
      return
    }
  }
}
