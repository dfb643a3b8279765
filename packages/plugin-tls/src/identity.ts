/** Who a certificate says that its holder is, in SIP. RFC 5922 §7 */
import { type PeerCertificate } from 'node:tls'

/**
 * `sip:` URIs and DNS names of the certificate, without case: those of its alternative names, and only where it has none of
 * them the common name. A URI with a user is no domain's. RFC 5922 §7.1
 */
export function identitiesOf({ subjectaltname, subject }: PeerCertificate): readonly string[] {
  const names = alternativeNames(subjectaltname ?? '')
  const uris = names.filter(({ kind }) => kind === 'URI').map(({ value }) => value.toLowerCase())
  const sip = uris.filter((uri) => /^sips?:[^@]+$/.test(uri))
  const dns = names.filter(({ kind }) => kind === 'DNS').map(({ value }) => value.toLowerCase())
  if (sip.length + dns.length > 0 || uris.length > 0) return [...sip, ...dns]
  const common: unknown = (subject as { CN?: unknown } | undefined)?.CN
  return typeof common === 'string' ? [common.toLowerCase()] : []
}

/**
 * Why the certificate is not that of `host`, a name or a numeric address; undefined: it is. Names match whole and without case:
 * RFC 5922 §7.2 knows no wildcard.
 */
export function faultOfIdentity(host: string, certificate: PeerCertificate): string | undefined {
  const wanted = host.toLowerCase()
  const addresses = alternativeNames(certificate.subjectaltname ?? '')
    .filter(({ kind }) => kind === 'IP Address')
    .map(({ value }) => value.toLowerCase())
  const identities = identitiesOf(certificate)
  const domains = identities.map((each) => each.replace(/^sips?:/, '').replace(/[;?].*$/, ''))
  if (domains.includes(wanted) || addresses.includes(wanted)) return undefined
  const named = [...identities, ...addresses].join(', ') || 'nobody'
  return `its certificate names ${named}, not ${host}`
}

/** `DNS:a.example, URI:"sip:b\\u002c"`: values with commas and the like stand in quotes, as JSON writes them. */
function alternativeNames(
  text: string,
): readonly { readonly kind: string; readonly value: string }[] {
  const found: { kind: string; value: string }[] = []
  for (const [, kind = '', quoted, plain = ''] of text.matchAll(
    /([^:,\s][^:,]*):(?:("(?:[^"\\]|\\.)*")|([^,]*))(?:,\s*|$)/g,
  )) {
    found.push({ kind, value: quoted === undefined ? plain : unquoted(quoted) })
  }
  return found
}

function unquoted(json: string): string {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}
