/** Bodies that name a backend: SIP fragments, documents with addresses, and by option the head of a session description. */
import { type SipRequest, type SipResponse, reasonPhrase } from '@sipwright/framework'
import { type Disguise } from './inside-hosts.js'

/** `sdp`: who the session's owner is and how it is called is rewritten; never `c=`, as media must flow. RFC 8866 §5.2 */
export function hideInBody(
  message: SipRequest | SipResponse,
  disguise: Disguise,
  { sdp }: { readonly sdp: boolean },
): void {
  const { body } = message
  if (body === '') return
  const type = message.headers.get('Content-Type')?.toLowerCase().split(';')[0]?.trim() ?? ''
  if (type === 'message/sipfrag') message.body = plainFragment(body, disguise)
  else if (type.endsWith('+xml') || type === 'application/simple-message-summary')
    message.body = disguise.mask(body)
  else if (sdp && (type === 'application/sdp' || type.startsWith('multipart/')))
    message.body = withoutOwner(body, disguise)
}

/** Of a fragment (RFC 3420) the start line stays, as that is what a REFER is told of (RFC 3515 §2.4.5). */
function plainFragment(body: string, disguise: Disguise): string {
  const status = /^SIP\/2\.0 ([1-6]\d\d)/.exec(body)?.[1]
  if (status === undefined) return disguise.mask(body)
  return `SIP/2.0 ${status} ${reasonPhrase(Number(status))}\r\n`
}

function withoutOwner(body: string, { hostport }: Disguise): string {
  const host = hostport.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '')
  const family = host.includes(':') ? 'IP6' : 'IP4'
  return body
    .replaceAll(
      /^o=\S+ (\S+ \S+) IN IP[46] [^\r\n]*/gm,
      (_, version: string) => `o=- ${version} IN ${family} ${host}`,
    )
    .replaceAll(/^s=[^\r\n]*/gm, 's=-')
}
