/**
 * Datagrams that the kernel has thrown away because a socket was not read in time: `/proc/net/udp`, which Node.js itself does
 * not tell. proc(5)
 */
import { readFileSync } from 'node:fs'
import { type LocalAddress } from '@sipwright/framework'

/** Drops of one socket. */
export interface SocketDrops {
  readonly port: number
  /** As the kernel writes it, without port: `0100007F`. */
  readonly address: string
  readonly drops: number
}

/** The sockets of a text such as that of `/proc/net/udp`. */
export function parseUdpTable(text: string): readonly SocketDrops[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/)
      const [address = '', port = ''] = fields[1]?.split(':') ?? []
      const drops = Number(fields.at(-1))
      if (!/^[\dA-F]{4}$/i.test(port) || !Number.isInteger(drops)) return []
      return [{ address, port: Number.parseInt(port, 16), drops }]
    })
}

/** By listener; nothing where there is no such table. */
export function udpDrops(
  listeners: readonly LocalAddress[],
): readonly { readonly listener: LocalAddress; readonly drops: number }[] {
  const udp = listeners.filter(({ transport }) => transport === 'UDP')
  if (udp.length === 0) return []
  const v4 = tableOf('/proc/net/udp')
  const v6 = tableOf('/proc/net/udp6')
  if (v4 === undefined) return []
  return udp.map((listener) => {
    const sockets = listener.address.includes(':') ? (v6 ?? []) : v4
    const address = listener.address.includes(':') ? undefined : hexOf(listener.address)
    const own = sockets.filter(
      (each) => each.port === listener.port && (address === undefined || each.address === address),
    )
    return { listener, drops: own.reduce((sum, { drops }) => sum + drops, 0) }
  })
}

function tableOf(path: string): readonly SocketDrops[] | undefined {
  try {
    return parseUdpTable(readFileSync(path, 'utf8'))
  } catch {
    // Not Linux.
    return undefined
  }
}

/** The kernel writes the four bytes as one number of the machine: on little-endian ones, backwards. */
function hexOf(address: string): string {
  const bytes = address.split('.').map(Number)
  const ordered = littleEndian ? bytes.toReversed() : bytes
  return ordered.map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
