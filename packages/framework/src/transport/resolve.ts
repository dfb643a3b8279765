/** Locating servers: from a URI to the hops to try, in order. RFC 3263 */
import { type Clock } from '../environment.js'
import { SipError } from '../errors.js'
import { type Flow, hop, type Hop, type TransportName } from '../message/flow.js'
import { type SipUri } from '../message/uri.js'
import { type Via } from '../message/via.js'
import { isNumericAddress } from './address.js'

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

export class Resolver {
  readonly #options: ResolverOptions

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  /**
   * The hops of a URI, best first. A numeric host is answered at once, a name by a promise, which rejects with
   * SIPW_ERR_UNRESOLVABLE.
   */
  resolve(uri: SipUri): readonly Hop[] | Promise<readonly Hop[]> {
    const transport =
      uri.params.get('transport')?.toUpperCase() ?? this.#options.transports[0] ?? 'UDP'
    if (isNumericAddress(uri.host)) return [hop(transport, uri.host, uri.port ?? 5060)]
    return Promise.reject(
      new SipError('SIPW_ERR_UNRESOLVABLE', [uri.host, 'names are not located yet']),
    )
  }

  close(): void {
    this.#options.clock.now()
  }
}

/** Where a response goes when the connection of its request is gone. RFC 3261 §18.2.2, RFC 3263 §5 */
export function resolveResponse(via: Via, flow: Flow): readonly Hop[] {
  return [hop(flow.local.transport, flow.remoteAddress, via.port ?? 5060)]
}
