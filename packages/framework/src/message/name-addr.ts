import { type Params } from './params.js'

/** A From, To, Contact, Route or Record-Route value: `"Bob" <sip:bob@biloxi.com>;tag=a6c85cf`. RFC 3261 §20.10 */
export interface NameAddr {
  readonly displayName: string | undefined
  /** As written, without the angle brackets. */
  readonly uri: string
  /** Header parameters, those behind the brackets. */
  readonly params: Params
}

/** Parses one value; throws SIPW_ERR_MALFORMED_HEADER with `header` as its name. */
export declare function parseNameAddr(text: string, header: string): NameAddr
