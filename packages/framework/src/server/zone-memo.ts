/**
 * The zones of those heard of lately: a message asks for the zones of both its sides several times, and most come from the same few
 * parties. Each party has one place, which the next of the same hash takes: a stranger who invents addresses costs no memory.
 */
import { type ZonePort } from '../plugin/zone.js'

/** A power of two. */
const places = 1_024

export class ZoneMemo {
  /** What the party of the last `holds` that was true belongs to. */
  zone: string | undefined = undefined
  readonly #addresses = new Array<string>(places).fill('')
  readonly #ports = new Int32Array(places)
  readonly #transports = new Array<string>(places).fill('')
  readonly #zones = new Array<string | undefined>(places).fill(undefined)

  holds(address: string, { port, transport }: ZonePort): boolean {
    const place = placeOf(address, port)
    if (this.#ports[place] !== port || this.#addresses[place] !== address) return false
    if (this.#transports[place] !== transport) return false
    this.zone = this.#zones[place]
    return true
  }

  put(address: string, { port, transport }: ZonePort, zone: string | undefined): void {
    const place = placeOf(address, port)
    this.#addresses[place] = address
    this.#ports[place] = port
    this.#transports[place] = transport
    this.#zones[place] = zone
  }

  forget(): void {
    this.#addresses.fill('')
  }
}

function placeOf(address: string, port: number): number {
  let hash = port
  for (let index = address.length - 1; index >= 0; index--) {
    hash = Math.imul(hash ^ address.charCodeAt(index), 0x01000193)
  }
  return (hash ^ (hash >>> 15)) & (places - 1)
}
