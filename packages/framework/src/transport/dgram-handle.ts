/**
 * What `node:dgram` keeps to itself. It reads a socket from the moment it is bound, and has no public way to stop it or to
 * learn its descriptor; both are in the handle that the socket keeps under a symbol. This file is the only one that looks
 * there.
 */
import { type Socket } from 'node:dgram'

/** What a bound socket is made of. */
export interface DgramHandle {
  readonly fd: number
  recvStart(): number
  recvStop(): number
}

/** The handle of a bound socket; undefined where a version of Node.js has it otherwise. */
export function handleOf(socket: Socket): DgramHandle | undefined {
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    if (symbol.description !== 'state symbol') continue
    const state: unknown = Reflect.get(socket, symbol)
    if (typeof state !== 'object' || state === null || !('handle' in state)) return undefined
    const { handle } = state
    return isHandle(handle) && handle.fd > 2 ? handle : undefined
  }
  return undefined
}

function isHandle(value: unknown): value is DgramHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    'fd' in value &&
    typeof value.fd === 'number' &&
    'recvStart' in value &&
    typeof value.recvStart === 'function' &&
    'recvStop' in value &&
    typeof value.recvStop === 'function'
  )
}
