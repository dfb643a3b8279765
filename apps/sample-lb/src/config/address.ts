/** Addresses as an operator writes them: listeners, advertised names, networks, name servers. */
import { isIP, isIPv6 } from 'node:net'

/** `udp:127.0.0.1:5060`, taken apart. */
export interface ListenText {
  readonly transport: (typeof transports)[number]
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

/** Text that is not what it should be: the sentence that says what was expected. */
export interface Refused {
  readonly expected: string
}

const expectedListener = 'transport:address:port such as udp:10.0.0.5:5060 or tls:[::1]:5061'
const transports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const

/** Takes a listener apart: transport, numeric address (IPv6 in brackets), port. */
export function parseListen(text: string): ListenText | Refused {
  const colon = text.indexOf(':')
  const named = text.slice(0, Math.max(colon, 0)).toLowerCase()
  const transport = transports.find((each) => each === named)
  if (transport === undefined) return { expected: expectedListener }
  const place = parseHostPort(text.slice(colon + 1))
  if (place?.port === undefined || isIP(place.host) === 0) return { expected: expectedListener }
  return { transport, address: place.host, port: place.port }
}

/** `203.0.113.7:5060`, `[2001:db8::1]:5060`, `edge.example.com`: host without brackets, port if given. */
export function parseHostPort(
  text: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text) ?? []
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined
  const host = bracketed ?? name ?? ''
  if (bracketed === undefined && !isHostName(host)) return undefined
  if (port === undefined) return { host, port: undefined }
  const number = parsePort(port)
  return number === undefined ? undefined : { host, port: number }
}

/** 0 to 65535; 0 lets the system choose. */
export function parsePort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

/** A name of letters, digits, hyphens and dots, or an IPv4 address. RFC 3261 §25.1, hostname */
export function isHostName(text: string): boolean {
  return text.length <= 253 && /^[a-z\d](?:[a-z\d-]*)(?:\.[a-z\d][a-z\d-]*)*\.?$/i.test(text)
}

/** `udp:[::1]:5060`: as it is written in the configuration. */
export function formatListen(transport: string, address: string, port: number): string {
  return `${transport.toLowerCase()}:${isIPv6(address) ? `[${address}]` : address}:${String(port)}`
}
