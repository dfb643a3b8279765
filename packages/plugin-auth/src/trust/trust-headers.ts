/**
 * Header fields that only those who trust each other may exchange: they are taken off whatever crosses the border, by parsed
 * name. P-Asserted-Identity is put on from what has been proven. RFC 3325 §5, RFC 3323
 */
import {
  type ArrivingRequest,
  type ArrivingResponse,
  type Boundary,
  type BranchContext,
  type DepartingRequest,
  HeaderNames,
  identity,
  type SipHeaders,
  type Source,
} from '@sipwright/framework'

/** What others take for the truth about a sender. `Diversion` and the like describe a call, not its sender: they stay. */
export const defaultTrustHeaders: readonly string[] = [
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'P-Asserted-Service',
  'P-Preferred-Service',
  'P-Served-User',
  'P-Profile-Key',
  'P-User-Database',
  'P-Charging-Vector',
  'P-Charging-Function-Addresses',
  'P-Visited-Network-ID',
  'Remote-Party-ID',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Real-IP',
  'X-Original-IP',
  'X-Source-Address',
  'X-AUTH-IP',
  'X-AUTH-PORT',
]

export interface TrustOptions {
  readonly headers: readonly string[]
  /** The zones that trust each other. */
  readonly zones: readonly string[]
  /** Whether an identity of ours may leave for strangers, where no `Privacy: id` forbids it. */
  readonly discloses: boolean
}

export class TrustHeaders implements Boundary {
  readonly #options: TrustOptions
  readonly #names: HeaderNames
  readonly #zones: ReadonlySet<string>
  /** Whether a sender has proven to be one of us. */
  readonly #isTrustedPeer: (source: Source) => boolean

  constructor(options: TrustOptions, isTrustedPeer: (source: Source) => boolean) {
    this.#options = options
    this.#names = new HeaderNames(options.headers)
    this.#zones = new Set(options.zones)
    this.#isTrustedPeer = isTrustedPeer
  }

  /** Before anybody reads it: a stranger's say nothing. */
  requestArrives({ request, source }: ArrivingRequest): undefined {
    if (!this.#trusts(source)) this.#strip(request.headers)
  }

  /** Puts on what has been proven; should the copy go to strangers, it comes off again. RFC 3325 §9.1: not in REGISTER. */
  assert(ctx: BranchContext): void {
    const proven = ctx.peek(identity)
    const { method, headers } = ctx.request
    if (proven?.provenBy !== 'digest' || method === 'ACK' || method === 'REGISTER') return
    headers.set(asserted, `<${proven.uri}>`)
  }

  requestDeparts({ request, zone }: DepartingRequest): void {
    if (!this.#zones.has(zone)) this.#disclose(request.headers)
  }

  /** It says who answers: RFC 3325 §5 holds for it, too. */
  responseArrives({ response, source, zone }: ArrivingResponse): void {
    if (!this.#zones.has(zone)) this.#strip(response.headers)
    else if (!this.#trusts(source)) this.#disclose(response.headers)
  }

  #trusts(source: Source): boolean {
    return this.#zones.has(source.zone) || this.#isTrustedPeer(source)
  }

  /** For strangers: RFC 3325 §7, what `Privacy: id` (or a wish that goes further) covers stays here. */
  #disclose(headers: SipHeaders): void {
    const [first, ...more] = this.#options.discloses ? headers.getAll(asserted) : []
    this.#strip(headers)
    if (first === undefined || isPrivate(headers)) return
    for (const value of [first, ...more]) headers.append(asserted, value)
  }

  #strip(headers: SipHeaders): void {
    headers.removeAll(this.#names)
  }
}

const asserted = 'P-Asserted-Identity'

function isPrivate(headers: SipHeaders): boolean {
  const wishes = headers.getAll('Privacy').flatMap((value) => value.toLowerCase().split(/[;,\s]+/))
  return wishes.some((wish) => wish === 'id' || wish === 'user' || wish === 'header')
}
