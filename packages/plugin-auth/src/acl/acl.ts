/**
 * Who may talk to us at all, by address: a list of those who may, one of those who may not, and groups for routes. Replaced
 * as a whole, so that a request sees one state or the other.
 */
import { CidrList, parseCidr, SipError, type Source } from '@sipwright/framework'

export interface AclEntries {
  /** CIDR; empty: everyone. */
  readonly allow: readonly string[]
  /** CIDR; stronger than `allow`. */
  readonly deny: readonly string[]
  /** Groups by name, for `allowFrom`. */
  readonly groups: Readonly<Record<string, readonly string[]>>
}

interface Tries {
  readonly allow: CidrList | undefined
  readonly deny: CidrList | undefined
  readonly groups: ReadonlyMap<string, CidrList>
}

export class Acl {
  #tries: Tries
  #configured: AclEntries
  #listed: AclEntries = nothing

  /** Throws SIPW_ERR_CIDR that names the faulty entry. */
  constructor(entries: AclEntries) {
    this.#configured = entries
    this.#tries = triesOf(entries)
  }

  /** Takes over all that another list says, in one step. */
  become(other: Acl): void {
    this.#configured = other.#configured
    this.#listed = other.#listed
    this.#tries = other.#tries
  }

  /** Replaces what a file lists; the configured entries stay. Throws SIPW_ERR_CIDR, and has changed nothing then. */
  list(entries: AclEntries): void {
    this.#tries = triesOf(joined(this.#configured, entries))
    this.#listed = entries
  }

  /** Whether there is anything to ask. */
  get isOpen(): boolean {
    return this.#tries.allow === undefined && this.#tries.deny === undefined
  }

  /** Whether this address may talk to us; `inside`: it is one of ours, which nobody need allow. */
  admits(address: string, inside: boolean): boolean {
    const { allow, deny } = this.#tries
    if (deny?.has(address) === true) return false
    return allow === undefined || inside || allow.has(address)
  }

  /** Whether a group has that name. */
  knows(group: string): boolean {
    return this.#tries.groups.has(group)
  }

  /** Whether an address is in a group. */
  holds(group: string, address: string): boolean {
    return this.#tries.groups.get(group)?.has(address) === true
  }
}

/** Certificates' names, a group's name, or blocks of addresses: what `allowFrom` takes. */
export class SenderList {
  readonly #acl: Acl
  readonly #groups: string[] = []
  readonly #blocks: CidrList | undefined
  readonly #peers: PeerNames

  /** `named` has the groups that there will be. Throws SIPW_ERR_ACL_SENDER for what is none of the three. */
  constructor(given: readonly string[], acl: Acl, named = acl) {
    const blocks: string[] = []
    const peers: string[] = []
    for (const each of given) {
      if (each.startsWith(peerPrefix)) peers.push(each.slice(peerPrefix.length))
      else if (named.knows(each)) this.#groups.push(each)
      else if (isBlock(each)) blocks.push(each)
      else throw new SipError('SIPW_ERR_ACL_SENDER', [each])
    }
    this.#acl = acl
    this.#blocks = blocks.length === 0 ? undefined : new CidrList(blocks)
    this.#peers = new PeerNames(peers)
  }

  has({ address, peerNames }: Pick<Source, 'address' | 'peerNames'>): boolean {
    return (
      this.#blocks?.has(address) === true ||
      this.#groups.some((group) => this.#acl.holds(group, address)) ||
      this.#peers.match(peerNames) !== undefined
    )
  }
}

/** Names that certificates prove: `example.com`, `sip:example.com`. RFC 5922 §7.1 */
export class PeerNames {
  readonly #names: ReadonlySet<string>

  constructor(names: readonly string[]) {
    this.#names = new Set(names.map(bare))
  }

  /** The first of a peer's names that is listed. */
  match(peerNames: readonly string[]): string | undefined {
    return this.#names.size === 0
      ? undefined
      : peerNames.map(bare).find((name) => this.#names.has(name))
  }
}

/** What a raw message asks of the list: requests only, as responses are checked by where their request went. */
export function isRequestText(text: string): boolean {
  return !/^[\r\n]*SIP\//i.test(text)
}

/** Before the name in a certificate, where a sender is named. */
export const peerPrefix = 'peer:'
const nothing: AclEntries = { allow: [], deny: [], groups: {} }

function bare(name: string): string {
  return name.toLowerCase().replace(/^sips?:/, '')
}

function isBlock(text: string): boolean {
  try {
    parseCidr(text)
    return true
  } catch {
    return false
  }
}

function joined(one: AclEntries, other: AclEntries): AclEntries {
  const groups = new Map(Object.entries(one.groups))
  for (const [name, blocks] of Object.entries(other.groups)) {
    groups.set(name, [...(groups.get(name) ?? []), ...blocks])
  }
  return {
    allow: [...one.allow, ...other.allow],
    deny: [...one.deny, ...other.deny],
    groups: Object.fromEntries(groups),
  }
}

function triesOf({ allow, deny, groups }: AclEntries): Tries {
  const listOf = (blocks: readonly string[]): CidrList | undefined =>
    blocks.length === 0 ? undefined : new CidrList(blocks)
  return {
    allow: listOf(allow),
    deny: listOf(deny),
    groups: new Map(Object.entries(groups).map(([name, blocks]) => [name, new CidrList(blocks)])),
  }
}
