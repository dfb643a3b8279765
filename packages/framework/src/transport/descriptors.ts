/**
 * Descriptors that strangers do not get: whoever connects takes one, and without a few left no backend can be connected to, no name
 * looked up and no file read. The system gives out the lowest that is free, so its number tells how near the end is. security.md §3 row 9
 */
import { readFileSync } from 'node:fs'
import { type Socket } from 'node:net'

/** Kept back: a connection or two to each of some hundred backends, and what the process itself has open. */
const keptBack = 512

/** The first descriptor that no accepted connection gets, of a process that may open so many. A small one keeps a quarter. */
export function descriptorsFor(openFiles: number): number {
  return openFiles - Math.min(keptBack, Math.floor(openFiles / 4))
}

/** How many this process may open; Infinity where the system does not say. */
export function openFilesOf(limits: string): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? []
  return soft === undefined ? Infinity : Number(soft)
}

/** As of this process. */
export function defaultDescriptors(): number {
  try {
    return descriptorsFor(openFilesOf(readFileSync('/proc/self/limits', 'latin1')))
  } catch {
    return Infinity
  }
}

/** Whether an accepted socket has one of those that are kept back. Never where Node.js does not tell its number. */
export function isKeptBack(socket: Socket, descriptors: number): boolean {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null || !('fd' in handle)) return false
  return typeof handle.fd === 'number' && handle.fd >= descriptors
}
