/** What the system says when nothing gets to an address, as one error. RFC 3261 §18.4 */
import { SipError } from '../errors.js'

/** SIPW_ERR_UNREACHABLE for a destination (`UDP:192.0.2.1:5060`), the system's error as its cause. */
export function unreachableError(destination: string, cause: unknown): SipError {
  return new SipError('SIPW_ERR_UNREACHABLE', [destination, reasonOf(cause)], { cause })
}

/** SIPW_ERR_LISTEN with address, port and the system's reason. */
export function listenError(endpoint: string, cause: unknown): SipError {
  return new SipError('SIPW_ERR_LISTEN', [endpoint, reasonOf(cause)], { cause })
}

/** The system's error code (`ECONNREFUSED`), or the error's text. */
export function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return String(cause)
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return 'message' in cause && typeof cause.message === 'string' ? cause.message : 'unknown'
}
