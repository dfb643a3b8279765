/**
 * What a call is known by: Call-ID and the caller's tag, which stand in every request of it (RFC 3261 §12). Both are a
 * stranger's choice: the key is bounded, and keeps no message alive.
 */
import { hash } from 'node:crypto'

/** Longer ones are replaced by their hash. */
const longest = 128

/** A request within a dialog, as far as it says whose it is. */
export interface WithinDialog {
  readonly callId: string
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
}

/** The key of the call that a caller with this tag makes; or of a Call-ID and whatever else tells apart. */
export function callKey(callId: string, callerTag = ''): string {
  const key = `${callId}\n${callerTag}`
  if (key.length > longest) return hash('sha256', key, 'base64url')
  // Reading a character makes it one string: a concatenation would keep the messages that its parts are slices of.
  key.charCodeAt(0)
  return key
}

/** A callee's tag as a number, 30 bits: which dialog of a forked call is meant. */
export function tagNumber(tag = ''): number {
  let value = 0x811c9dc5
  for (let at = 0; at < tag.length; at++) {
    value = Math.imul(value ^ tag.charCodeAt(at), 0x01000193)
  }
  return value & 0x3fffffff
}
