/** Locating servers: from a URI to the hops to try, in order. RFC 3263 */
import { type Clock } from '../environment.js'
import { type Hop, type TransportName } from '../message/flow.js'
import { type SipUri } from '../message/uri.js'

export interface ResolverOptions {
  /** `127.0.0.53:5353`; empty: the system's resolvers. */
  readonly servers?: readonly string[]
  readonly timeoutMs?: number
  /** Answers kept at most. */
  readonly cacheEntries?: number
  /** Transports that we can send by, in order of preference. */
  readonly transports: readonly TransportName[]
  readonly clock: Clock
  /** Uniform in [0, 1): draws among SRV weights. RFC 2782 */
  readonly random: () => number
}

export declare class Resolver {
  constructor(options: ResolverOptions)
  /**
   * The hops of a URI, best first. A numeric host is answered at once, a name by a promise, which rejects with
   * SIPW_ERR_UNRESOLVABLE.
   */
  resolve(uri: SipUri): readonly Hop[] | Promise<readonly Hop[]>
  close(): void
}
