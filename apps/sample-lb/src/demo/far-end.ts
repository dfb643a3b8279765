/** What backends and callers of the demo share: both are processes of their own that speak npm `sip`. */

import { type ListeningMessage } from './messages.js'

const bindMs = 100

/** Body of every INVITE and its answer: an offer nobody sends media for. */
export const sessionDescription = [
  'v=0',
  'o=demo 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
  '',
].join('\r\n')

/**
 * Ends the process with its parent, however that went. Ctrl-C in a terminal reaches the children too: it is the
 * parent who says when they go.
 */
export function liveWithParent(): void {
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
}

/**
 * Tells the parent when the socket that npm `sip` has opened is bound, which it does not say; ends the process if
 * another one has the port.
 */
export function tellListening(name: string): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') process.stderr.write(`${name}: ${String(error.stack)}\n`)
    process.exit(1)
  })
  setTimeout(() => tellParent({ kind: 'listening' } satisfies ListeningMessage), bindMs)
}

/** Tells the parent; a parent that is gone hears nothing. */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, () => undefined)
}

/** Sums of a counter and a start value: unique in this process, unlike those of another. */
export function uniqueNames(): () => string {
  const start = Math.floor(Math.random() * 0xffffffff).toString(36)
  let count = 0
  return () => `${start}.${(++count).toString(36)}`
}
