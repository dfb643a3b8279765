/** A request that nobody has sent: what an operator asks about. */
import { SipHeaders, SipRequest } from '@sipwright/framework'
import { type SelectContext } from './select/algorithm.js'

/** A request by what algorithms read of it; what is left out is empty or a placeholder. */
export interface RequestLike {
  /** Default: INVITE. */
  readonly method?: string
  /** The Request-URI. */
  readonly uri: string
  /** URIs. Default of `to`: the Request-URI. */
  readonly from?: string
  readonly to?: string
  readonly callId?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly source?: SelectContext['source']
}

/** A context that an algorithm can select for. Throws SIPW_ERR_HEADER_INJECTION for what may not stand in a header. */
export function contextFor(like: RequestLike | SelectContext, now: number): SelectContext {
  if ('request' in like) return like
  const { method = 'INVITE', uri, from = nobody, to = uri, callId = 'explained', headers } = like
  const request = new SipRequest(
    method,
    uri,
    SipHeaders.of([
      ['From', `<${from}>;tag=explained`],
      ['To', `<${to}>`],
      ['Call-ID', callId],
      ['CSeq', `1 ${method}`],
    ]),
  )
  for (const [name, value] of Object.entries(headers ?? {})) request.headers.set(name, value)
  return { request, now, ...(like.source !== undefined && { source: like.source }) }
}

const nobody = 'sip:anonymous@anonymous.invalid'
