/** The service behind the plugin: what it knows of senders, and how it is asked. */
import {
  type BranchContext,
  type Host,
  identity,
  type MaybeHandled,
  type RequestContext,
  SipError,
  type Source,
} from '@sipwright/framework'
import { parseAcl } from './acl/acl-file.js'
import { Acl, PeerNames, peerPrefix, SenderList } from './acl/acl.js'
import { type AuthConfig } from './config.js'
import { realmAndNonce } from './digest/credentials.js'
import { Guard, type GuardOptions } from './digest/guard.js'
import { NonceCounts } from './digest/nonce-counts.js'
import { Nonces } from './digest/nonces.js'
import { SharedCounts } from './digest/shared-counts.js'
import { Verifier } from './digest/verifier.js'
import { type AuthEvents } from './events.js'
import { Directory } from './users/directory.js'
import { WatchedFile } from './watched-file.js'

/** What a route may want otherwise than the plugin's configuration has it. */
export type DigestOptions = Partial<GuardOptions>

/** Service: resolve it to ask or to reconfigure. */
export class Auth {
  readonly acl: Acl
  /** Counts what was computed. */
  readonly verifier: Verifier
  readonly #host: Host
  readonly #events: AuthEvents
  readonly #nonces: Nonces
  readonly #counts: SharedCounts
  #config: AuthConfig
  #directory: Directory
  #trusted: SenderList
  #peers: PeerNames
  #aclFile: WatchedFile | undefined
  #watches = false

  /** Throws SIPW_ERR_CIDR. Call `load` before anybody asks. */
  constructor(config: AuthConfig, host: Host, events: AuthEvents) {
    const { clock, chance, workers } = host
    this.#host = host
    this.#events = events
    this.#config = config
    this.acl = new Acl(config.acl)
    const wall = (): number => clock.wall?.() ?? clock.now()
    const { nonceLifetimeMs = 0, keyRotationMs = 1, nonces = 1 } = config.digest ?? {}
    this.#nonces = new Nonces({
      secret: host.secretFor('auth: nonces'),
      lifetimeMs: nonceLifetimeMs,
      rotationMs: Math.max(keyRotationMs, nonceLifetimeMs),
      wall,
      unique: () => chance.tag(),
    })
    this.#counts = new SharedCounts(new NonceCounts(nonces, nonceLifetimeMs), workers, wall)
    this.verifier = new Verifier(host.secretFor('auth: the password of nobody'))
    this.#directory = new Directory(config.digest, host)
    this.#aclFile = this.#aclFileOf(config, this.acl)
    this.#trusted = new SenderList([], this.acl)
    this.#peers = peersOf(config)
  }

  /** Reads files and asks the database once. Rejects with SIPW_ERR_AUTH_FILE, _LIST or _USERS, SIPW_ERR_ACL_SENDER. */
  async load(): Promise<void> {
    await this.#aclFile?.load()
    this.#trusted = new SenderList(this.#config.trusted, this.acl)
    await this.#directory.load()
  }

  /** Reads files again, and forgets who has been looked up. What is refused of a file changes nothing of it. */
  async reload(): Promise<void> {
    const loading = [this.#aclFile?.load() ?? Promise.resolve(), this.#directory.reload()]
    const failed = (await Promise.allSettled(loading)).find(({ status }) => status === 'rejected')
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason
  }

  /**
   * Takes lists and users of another configuration, whole or not at all: rejects as `load` does. What routes ask for, lifetimes
   * and bounds stay as they were at the start.
   */
  async configure(config: AuthConfig): Promise<void> {
    const acl = new Acl(config.acl)
    const directory = new Directory(config.digest, this.#host)
    let trusted: SenderList
    try {
      await this.#aclFileOf(config, acl)?.load()
      trusted = new SenderList(config.trusted, this.acl, acl)
      await directory.load()
    } catch (error) {
      await directory.close()
      throw error
    }
    const before = this.#directory
    this.#aclFile?.close()
    this.acl.become(acl)
    this.#trusted = trusted
    this.#aclFile = this.#aclFileOf(config, this.acl)
    this.#directory = directory
    this.#peers = peersOf(config)
    this.#config = config
    if (this.#watches) this.watch()
    await before.close()
  }

  /** From now on files are watched. */
  watch(): void {
    this.#watches = true
    this.#aclFile?.watch()
    this.#directory.watch()
  }

  async close(): Promise<void> {
    this.#aclFile?.close()
    await this.#directory.close()
  }

  /** A middleware that asks for credentials. Throws SIPW_ERR_AUTH_REALM if nobody has said for which realm. */
  guard(
    options: DigestOptions = {},
  ): (ctx: RequestContext) => MaybeHandled | Promise<MaybeHandled> {
    const { digest } = this.#config
    const realm = options.realm ?? digest?.realm
    if (digest === undefined || realm === undefined) throw new SipError('SIPW_ERR_AUTH_REALM')
    const domain = options.domain ?? digest.domain ?? realm
    const guard = new Guard(
      { ...digest, ...options, realm, domain },
      {
        nonces: this.#nonces,
        counts: this.#counts,
        verifier: this.verifier,
        directory: () => this.#directory,
        events: this.#events,
        log: this.#host.log,
        exempt: ({ source }) => this.isTrusted(source),
      },
    )
    return (ctx) => guard.step(ctx)
  }

  /** Whether a sender need not prove anything. */
  isTrusted(source: Source): boolean {
    return this.#config.trust.zones.includes(source.zone) || this.isTrustedPeer(source)
  }

  /** Whether a sender is one that the configuration trusts by name or address. */
  isTrustedPeer(source: Source): boolean {
    return this.#config.trusted.length > 0 && this.#trusted.has(source)
  }

  /** Leaves on the request who it is by his certificate. */
  recognise(ctx: RequestContext): undefined {
    const { peerNames } = ctx.source
    if (peerNames.length === 0) return
    const name = this.#peers.match(peerNames)
    if (name === undefined) return
    ctx.set(identity, { user: name, realm: name, uri: `sip:${name}`, provenBy: 'certificate' })
  }

  /** Takes the credentials off a copy that were made for a nonce of ours; others pass. RFC 3261 §22.3 */
  consume({ request: { headers }, source }: BranchContext): void {
    for (const header of ['Proxy-Authorization', 'Authorization']) {
      if (!headers.has(header)) continue
      const values = headers.getAll(header)
      const others = values.filter((value) => !this.#isOurs(value, source))
      if (others.length === values.length) continue
      headers.remove(header)
      for (const value of others) headers.append(header, value)
    }
  }

  #isOurs(value: string, { address }: Source): boolean {
    const named = realmAndNonce(value)
    if (named === undefined) return false
    const { realm, nonce } = named
    return ['', address].some(
      (binding) => this.#nonces.check(nonce, realm, binding).kind !== 'forged',
    )
  }

  #aclFileOf({ acl: { file } }: AuthConfig, acl: Acl): WatchedFile | undefined {
    if (file === undefined) return undefined
    const { clock, log } = this.#host
    const apply = (text: string): void => acl.list(parseAcl(text, file))
    return new WatchedFile({ file, clock, log, apply })
  }
}

function peersOf({ trusted }: AuthConfig): PeerNames {
  return new PeerNames(
    trusted
      .filter((each) => each.startsWith(peerPrefix))
      .map((each) => each.slice(peerPrefix.length)),
  )
}
