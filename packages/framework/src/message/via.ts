import { type Params } from './params.js'

/** One Via header field value. RFC 3261 §20.42 */
export interface Via {
  /** Upper-case: `UDP`. */
  readonly transport: string
  /** Lower-case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly branch: string | undefined
  readonly params: Params
}

/** Parses one Via value: `SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds`. */
export declare function parseVia(text: string): Via
