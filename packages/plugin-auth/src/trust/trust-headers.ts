/**
 * Header fields that only those who trust each other may exchange: they are taken off whatever crosses the border, by parsed
 * name. P-Asserted-Identity is put on from what has been proven. RFC 3325 §5, RFC 3323
 */
import {
  type BranchContext,
  identity,
  isNumericAddress,
  isSipUri,
  parseNameAddr,
  parseUri,
  type RequestContext,
  type ResponseContext,
  SipError,
  type SipHeaders,
  type SipRequest,
  type Source,
  type Target,
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

/** What of the app it needs. */
export interface TrustHost {
  zoneOf(address: string): string | undefined
  locate(uri: string): unknown
  /** Whether this sender has proven to be one of us. */
  isTrustedPeer(source: Source): boolean
}

export class TrustHeaders {
  readonly #options: TrustOptions
  readonly #host: TrustHost
  readonly #zones: ReadonlySet<string>

  constructor(options: TrustOptions, host: TrustHost) {
    this.#options = options
    this.#host = host
    this.#zones = new Set(options.zones)
  }

  /** Before anybody reads a request: a stranger's say nothing. */
  received(ctx: RequestContext): undefined {
    if (!this.#trusts(ctx.source)) this.#strip(ctx.request.headers)
  }

  /** A copy that leaves: to strangers none go, to us the one goes that has been proven. */
  forwarded(ctx: BranchContext): void {
    const { request, incoming, source } = ctx
    const { headers } = request
    // An ACK of a 2xx is asked about nowhere else.
    if (incoming.method === 'ACK' && !this.#trusts(source)) this.#strip(headers)
    const proven = ctx.peek(identity)
    if (proven === undefined && !this.#carriesAny(headers)) return
    if (!this.#trustsTarget(ctx.target, request)) {
      if (this.#discloses(headers)) this.#stripAllBut(headers, asserted)
      else this.#strip(headers)
    } else if (proven?.provenBy === 'digest' && mayAssert(request)) {
      headers.set(asserted, `<${proven.uri}>`)
    }
  }

  /** A response, which says who answers: RFC 3325 §5 holds for it, too. */
  responded(ctx: ResponseContext): void {
    const { headers } = ctx.response
    if (!this.#carriesAny(headers)) return
    const { target } = ctx.branch
    if (!this.#trustsTarget(target, undefined)) this.#strip(headers)
    else if (!this.#trusts(ctx.source)) {
      if (this.#discloses(headers)) this.#stripAllBut(headers, asserted)
      else this.#strip(headers)
    }
  }

  #trusts(source: Source): boolean {
    return this.#zones.has(source.zone) || this.#host.isTrustedPeer(source)
  }

  /** By the zone of its address; a name that nobody has looked up yet is one of us if a plugin chose it. */
  #trustsTarget(target: Target | undefined, copy: SipRequest | undefined): boolean {
    const isChosen = target?.origin !== undefined
    try {
      const text = nextHop(target, copy)
      const uri = parseUri(text)
      if (!isSipUri(uri)) return false
      const address = isNumericAddress(uri.host) ? uri.host : this.#firstAddress(text)
      if (address === undefined) return isChosen
      return this.#zones.has(this.#host.zoneOf(address) ?? '')
    } catch (error) {
      if (error instanceof SipError) return false
      throw error
    }
  }

  #firstAddress(uri: string): string | undefined {
    const hops = this.#host.locate(uri)
    if (Array.isArray(hops)) return (hops[0] as { readonly address: string } | undefined)?.address
    // Who sends the copy asks again and hears of the failure.
    ;(hops as Promise<unknown>).catch(() => undefined)
    return undefined
  }

  /** RFC 3325 §7: what `Privacy: id` (or one that asks for more) covers stays here. */
  #discloses(headers: SipHeaders): boolean {
    if (!this.#options.discloses) return false
    const wishes = headers
      .getAll('Privacy')
      .flatMap((value) => value.toLowerCase().split(/[;,\s]+/))
    return !wishes.some((wish) => wish === 'id' || wish === 'user' || wish === 'header')
  }

  #carriesAny(headers: SipHeaders): boolean {
    return this.#options.headers.some((name) => headers.has(name))
  }

  #strip(headers: SipHeaders): void {
    for (const name of this.#options.headers) headers.remove(name)
  }

  #stripAllBut(headers: SipHeaders, kept: string): void {
    for (const name of this.#options.headers) if (name !== kept) headers.remove(name)
  }
}

const asserted = 'P-Asserted-Identity'

/** RFC 3325 §9.1: no place for it in these. */
function mayAssert({ method }: SipRequest): boolean {
  return method !== 'ACK' && method !== 'CANCEL' && method !== 'REGISTER'
}

/** The URI that a copy goes by: the target's, or its top Route. */
function nextHop(target: Target | undefined, copy: SipRequest | undefined): string {
  if (target?.role === 'next-hop') return target.uri
  const route = copy?.headers.firstValue('Route')
  if (route !== undefined) return parseNameAddr(route, 'Route').uri
  return target?.uri ?? copy?.uri ?? ''
}
