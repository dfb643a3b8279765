/**
 * Numeric addresses: one spelling for each, so that equal addresses are equal strings. RFC 5952; and the
 * text form of a listening address.
 */
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { SipError } from '../errors.js'
import { type LocalAddress } from '../message/flow.js'
import { type ListenOptions, type Transport } from './transport.js'

export type Family = 4 | 6

/** A listening address in parts. */
export interface ParsedListenAddress {
  /** Upper-case: `UDP`. */
  readonly transport: string
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

/** True for IPv4 and IPv6 literals, IPv6 without brackets: what needs no DNS. */
export function isNumericAddress(text: string): boolean {
  return isIP(text) !== 0
}

/** The family of a numeric address; IPv4-mapped IPv6 counts as IPv6 until it is normalised. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4
}

/**
 * The one spelling of a numeric address: IPv4-mapped IPv6 as IPv4, other IPv6 as RFC 5952 §4 writes it.
 * What is no numeric address comes back unchanged.
 */
export function normalizeAddress(address: string): string {
  if (!address.includes(':')) return address
  const groups = ipv6Groups(address)
  if (groups === undefined) return address
  if (isMapped(groups)) {
    const [high, low] = [groups[6]!, groups[7]!]
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const zone = address.indexOf('%')
  return formatIpv6(groups) + (zone < 0 ? '' : address.slice(zone))
}

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`: as operators read it. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** False for the unspecified address, multicast and broadcast: nothing of ours goes there. RFC 4475 §3.3.10 */
export function isUnicast(address: string): boolean {
  if (address.includes(':')) {
    const groups = ipv6Groups(address)
    return groups !== undefined && groups[0]! < 0xff00 && groups.some((group) => group !== 0)
  }
  const bytes = ipv4Bytes(address)
  return bytes !== undefined && bytes[0]! > 0 && bytes[0]! < 224
}

/** The four bytes of an IPv4 literal; undefined if it is none. */
export function ipv4Bytes(text: string): number[] | undefined {
  if (isIP(text) !== 4) return undefined
  const bytes = [0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x2e) bytes.push(0)
    else bytes[bytes.length - 1] = bytes[bytes.length - 1]! * 10 + code - 0x30
  }
  return bytes
}

/** The eight 16-bit groups of an IPv6 literal, zone left out; undefined if it is none. */
export function ipv6Groups(text: string): number[] | undefined {
  if (isIP(text) !== 6) return undefined
  const zone = text.indexOf('%')
  const address = zone < 0 ? text : text.slice(0, zone)
  const gap = address.indexOf('::')
  if (gap < 0) return groupsOf(address)
  const head = groupsOf(address.slice(0, gap))
  const tail = groupsOf(address.slice(gap + 2))
  const zeros = new Array<number>(8 - head.length - tail.length).fill(0)
  return [...head, ...zeros, ...tail]
}

/** Whom a limit per source counts: an IPv4 address, or the /64 that one IPv6 subscriber has, as `2001:db8:1:2::/64`. */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address
  const groups = (ipv6Groups(address) ?? []).slice(0, 4)
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`
}

/**
 * Parses `udp:127.0.0.1:5060` or `tcp:[::1]:5060`; port 0 chooses a free one. Throws
 * SIPW_ERR_LISTEN_ADDRESS, which says what is expected.
 */
export function parseListenAddress(text: string): ParsedListenAddress {
  const colon = text.indexOf(':')
  const lastColon = text.lastIndexOf(':')
  if (colon <= 0 || lastColon === colon) throw listenAddressError(text, 'transport:address:port')
  const host = text.slice(colon + 1, lastColon)
  const bracketed = host.startsWith('[') && host.endsWith(']')
  const address = bracketed ? host.slice(1, -1) : host
  const family = isIP(address)
  if (family === 0) throw listenAddressError(text, 'a numeric address')
  if (bracketed !== (family === 6)) throw listenAddressError(text, 'IPv6 in brackets')
  const port = portNumber(text.slice(lastColon + 1))
  if (port === undefined) throw listenAddressError(text, 'a port from 0 to 65535')
  return {
    transport: text.slice(0, colon).toUpperCase(),
    address: normalizeAddress(address),
    port,
  }
}

/** Digits up to 65535; undefined for anything else. */
export function portNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > 5) return undefined
  let port = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    port = port * 10 + digit
  }
  return port <= 65_535 ? port : undefined
}

/**
 * How a bound socket calls itself. One that is bound to the unspecified address and told no other name
 * takes the machine's first address of that family, because a Via must name a host that answers.
 */
export function localAddressOf(
  transport: Pick<Transport, 'name' | 'reliable'>,
  port: number,
  options: ListenOptions,
): LocalAddress {
  const address = normalizeAddress(options.address)
  return {
    transport: transport.name,
    reliable: transport.reliable,
    address,
    port,
    advertisedHost:
      options.advertise?.host ?? (isUnspecified(address) ? ownAddress(familyOf(address)) : address),
    advertisedPort: options.advertise?.port ?? port,
    zone: options.zone ?? '',
    ...(options.side !== undefined && { side: options.side }),
    ...(options.viaMark !== undefined && { viaMark: options.viaMark }),
  }
}

export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

function ownAddress(family: Family): string {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((one) => one.family === `IPv${family}` && !one.address.startsWith('fe80:'))
  const outward = own.find((one) => !one.internal) ?? own[0]
  return normalizeAddress(outward?.address ?? (family === 6 ? '::1' : '127.0.0.1'))
}

function listenAddressError(text: string, expected: string): SipError {
  return new SipError('SIPW_ERR_LISTEN_ADDRESS', [text, expected])
}

/** Groups between colons; a dotted tail counts for two. The caller has checked the form. */
function groupsOf(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return parseInt(group, 16)
    const [a, b, c, d] = ipv4Bytes(group)!
    return [(a! << 8) | b!, (c! << 8) | d!]
  })
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
}

/** The longest run of two or more zero groups becomes `::`, the first of equals. RFC 5952 §4.2 */
function formatIpv6(groups: readonly number[]): string {
  let start = -1
  let length = 1
  for (let at = 0; at < 8; at++) {
    let end = at
    while (end < 8 && groups[end] === 0) end++
    if (end - at > length) {
      start = at
      length = end - at
    }
    at = Math.max(at, end - 1)
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}
