/** Whether credentials were made for this request: the digest-uri beside the Request-URI. RFC 3261 §22.4 */
import { isSipUri, parseUri, type SipRequest, sameUri, SipError } from '@sipwright/framework'

/**
 * `equal`: as RFC 3261 §19.1.4 compares URIs. `address`: host and port, and the user where it names one, as
 * phones leave the rest out.
 * `any`: a proxy before us may have changed the Request-URI.
 */
export type DigestUriRule = 'equal' | 'address' | 'any'

/** Whether the digest-uri stands for the request's own URI. */
export function namesRequest(text: string, request: SipRequest, rule: DigestUriRule): boolean {
  if (rule === 'any' || text === request.uri) return true
  try {
    const [named, asked] = [parseUri(text), request.requestUri]
    if (rule === 'equal') return sameUri(named, asked)
    if (!isSipUri(named) || !isSipUri(asked)) return sameUri(named, asked)
    return (
      (named.user === undefined || named.user === asked.user) &&
      named.host.toLowerCase() === asked.host.toLowerCase() &&
      portOf(named) === portOf(asked)
    )
  } catch (error) {
    if (error instanceof SipError) return false
    throw error
  }
}

function portOf({ scheme, port }: { readonly scheme: string; readonly port?: number | undefined }) {
  return port ?? (scheme === 'sips' ? 5061 : 5060)
}
