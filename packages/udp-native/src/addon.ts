/** What udp.c exports, and where it is loaded from. Its header comment describes the memory that both sides share. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A bound socket on the C side. */
export type Handle = object & { readonly __brand: 'udp' }

/** As udp.c exports it. Nothing of it throws. */
export interface Addon {
  readonly layout: number
  /** A handle, or a negative errno. `fd` -1 binds a socket of its own. */
  open(
    family: 4 | 6,
    address: string,
    port: number,
    flags: number,
    fd: number,
    words: Int32Array,
    receiveBuffer: Buffer,
    sendBuffer: Buffer,
    shared: object,
    callback: (received: number) => void,
  ): Handle | number
  /** Begins to receive by a socket that was opened held. */
  read(handle: Handle): void
  /** Receives nothing any more until `read`. */
  hold(handle: Handle): void
  flush(handle: Handle): void
  close(handle: Handle): void
  /** Writes port, scope and address into a record; false if the text is no address of that family. */
  parse(family: 4 | 6, address: string, port: number, record: Int32Array): boolean
  format(family: 4 | 6, record: Int32Array): string
}

/** The layout of shared memory that this version speaks; udp.c has the same number. */
export const layout = 4

/** The addon, or why there is none. */
export function loadAddon(): Addon | string {
  if (process.platform !== 'linux') return `not for ${process.platform}`
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'build')
  const file = join(folder, `udp-${process.platform}-${process.arch}.node`)
  const module: { exports: Partial<Addon> } = { exports: {} }
  try {
    process.dlopen(module, file)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return text.includes('No such file') ? 'not built' : text
  }
  return isAddon(module.exports) ? module.exports : 'built for another version'
}

function isAddon(exports: Partial<Addon>): exports is Addon {
  return exports.layout === layout
}
