import { type Params } from './params.js'

/** A SIP or SIPS URI. RFC 3261 §19.1 */
export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** As written: escapes are kept. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** Lower-case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
  /** What stands behind `?`, as written. */
  readonly headers: string | undefined
}

/** A URI of another scheme: tel (RFC 3966) or one that we do not know. */
export interface OtherUri {
  readonly scheme: string
  readonly rest: string
}

export type Uri = SipUri | OtherUri

/** Parses a URI; throws SIPW_ERR_MALFORMED_URI. The text may not hold white space or angle brackets. */
export declare function parseUri(text: string): Uri
export declare function isSipUri(uri: Uri): uri is SipUri
/** Text of a SIP URI from its parts. */
export declare function formatUri(uri: SipUri): string
/** RFC 3261 §19.1.4 */
export declare function sameUri(a: Uri, b: Uri): boolean
