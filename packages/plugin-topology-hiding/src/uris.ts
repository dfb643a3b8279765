/** URIs as tokens: what stands in for a backend's URI outside, and what it is again inside. */
import { isSipUri, parseUri } from '@sipwright/framework'
import { type Disguise } from './inside-hosts.js'
import { type References } from './references.js'
import { type Seal, tokenPrefix } from './token/seal.js'

/** What a token in the user part of a URI stands for. */
export interface OpenedUri {
  readonly uri: string
  /** Host and port of the name that the inside goes by in From and To, where it is a hidden one. */
  readonly identity: string | undefined
}

export class SealedUris {
  readonly #seal: Seal
  readonly #references: References

  constructor(seal: Seal, references: References) {
    this.#seal = seal
    this.#references = references
  }

  /**
   * The URI to write instead, that leads to us. What a receiver has to read stays readable: the scheme, the method, the
   * headers (`?Replaces=…`), in which names are hidden. Other than SIP URIs are masked.
   */
  hide(text: string, disguise: Disguise, identity?: string): string {
    const uri = parseUri(text)
    if (!isSipUri(uri)) return disguise.mask(text)
    const question = text.indexOf('?')
    const whole = question < 0 ? text : text.slice(0, question)
    const token = this.#seal.seal('uri', identity === undefined ? whole : `${whole}\0${identity}`)
    const method = uri.params.get('method')
    const headers =
      uri.headers === undefined ? '' : `?${this.#references.hideInUri(uri.headers, disguise)}`
    return (
      `${uri.scheme}:${token}@${disguise.hostport}${disguise.transport}` +
      `${method === undefined ? '' : `;method=${method}`}${headers}`
    )
  }

  /** A URI that needs no token: only the names in its headers are hidden. */
  hideHeaders(text: string, disguise: Disguise): string {
    const question = text.indexOf('?')
    if (question < 0) return text
    const headers = this.#references.hideInUri(text.slice(question + 1), disguise)
    return `${text.slice(0, question)}?${headers}`
  }

  /** What a URI stands for; undefined if it stands for itself. */
  open(text: string): OpenedUri | undefined {
    if (!text.includes(tokenPrefix)) return undefined
    const uri = parseUri(text)
    if (!isSipUri(uri) || uri.user === undefined) return undefined
    const opened = this.#seal.open('uri', uri.user)
    if (opened === undefined) return undefined
    const [whole = '', identity] = opened.split('\0')
    return { uri: uri.headers === undefined ? whole : `${whole}?${uri.headers}`, identity }
  }

  /** As `open`, with the names in its headers as they are inside. */
  show(text: string): string {
    const shown = this.open(text)?.uri ?? text
    const question = shown.indexOf('?')
    if (question < 0) return shown
    return `${shown.slice(0, question)}?${this.#references.showInUri(shown.slice(question + 1))}`
  }
}

/** Whether the user part says that it is a token. */
export function claimsToken(user: string | undefined): boolean {
  return user?.startsWith(tokenPrefix) === true
}

/** A name-addr or addr-spec with another URI, all else as written. */
export function withUri(value: string, uri: string, other: string): string {
  const bracketed = value.lastIndexOf(`<${uri}>`)
  if (bracketed >= 0) {
    return `${value.slice(0, bracketed)}<${other}>${value.slice(bracketed + uri.length + 2)}`
  }
  const at = value.indexOf(uri)
  return `${value.slice(0, at)}<${other}>${value.slice(at + uri.length)}`
}

/** `10.0.0.11:5062` of `sip:bob@10.0.0.11:5062;ob` */
export function hostportOf(uri: string): string {
  return partsOf(uri)[1]
}

/** The URI with another host and port. */
export function withHostport(uri: string, hostport: string): string {
  const [before, , behind] = partsOf(uri)
  return before + hostport + behind
}

function partsOf(uri: string): readonly [before: string, hostport: string, behind: string] {
  const at = uri.indexOf('@')
  const from = (at < 0 ? uri.indexOf(':') : at) + 1
  const length = uri.slice(from).search(/[;?]/)
  const to = length < 0 ? uri.length : from + length
  return [uri.slice(0, from), uri.slice(from, to), uri.slice(to)]
}
