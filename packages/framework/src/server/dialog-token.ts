/**
 * The mark that our Record-Route carries, so that a request inside a dialog proves that we let its first request
 * pass. Without it a stranger could write our address into a Route, invent a To tag, and have us send anything
 * anywhere. RFC 3261 §16.4, §26.1
 */
import { hash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { type SipUri } from '../message/uri.js'

/** The URI parameter that holds it. */
export const tokenParameter = 'dlg'

export class DialogTokens {
  readonly #secret: string

  /** Nodes that share dialogs share a secret; without one it is this machine's own, the same after a restart. */
  constructor(secret = machineSecret()) {
    this.#secret = secret
  }

  /**
   * The token of all dialogs with this Call-ID. SHA-256 over secret and Call-ID, cut to 96 bits: what is cut off
   * keeps anybody from extending it.
   */
  of(callId: string): string {
    return hash('sha256', `${this.#secret}\n${callId}`, 'hex').slice(0, 24)
  }

  /** Whether one of our own Route URIs, taken off a request with this Call-ID, carries its token. */
  proves(taken: readonly SipUri[], callId: string): boolean {
    if (taken.length === 0) return false
    const token = this.of(callId)
    return taken.some(({ params }) => params.get(tokenParameter) === token)
  }
}

/** Survives a restart, so that calls in progress do; unknown to the network. Random where there is no machine id. */
export function machineSecret(): string {
  try {
    const id = readFileSync('/etc/machine-id', 'latin1').trim()
    if (id.length >= 32) return hash('sha256', `sipwright dialogs\n${hostname()}\n${id}`, 'hex')
  } catch {
    // Not every system has one.
  }
  return randomBytes(32).toString('hex')
}
