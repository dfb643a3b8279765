/** Who sent a request, once that is proven: what an authenticating plugin leaves on it and others read. */
import { contextKey } from './context-key.js'

/** A sender who has proven to be who he says. */
export interface Identity {
  readonly user: string
  /** The realm that the credentials were for, or the name in the certificate. */
  readonly realm: string
  /** The URI that others are told: P-Asserted-Identity. RFC 3325 */
  readonly uri: string
  readonly provenBy: 'digest' | 'certificate'
}

/** The slot of a proven sender: `ctx.peek(identity)?.user`. Unset: nobody has proven anything. */
export const identity = contextKey<Identity>('identity')
