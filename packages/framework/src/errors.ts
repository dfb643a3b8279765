/** Every error sipwright throws, with the SIP status it deserves when it ends a request. */
export const errors = {
  // message
  SIPW_ERR_MALFORMED_MESSAGE: { status: 400, text: 'malformed message: %s' },
  SIPW_ERR_MALFORMED_HEADER: { status: 400, text: 'malformed %s header: %s' },
  SIPW_ERR_MALFORMED_URI: { status: 400, text: 'malformed URI: %s' },
  SIPW_ERR_MISSING_HEADER: { status: 400, text: 'no %s header' },
  SIPW_ERR_DUPLICATE_HEADER: { status: 400, text: 'more than one %s header' },
  SIPW_ERR_CONTENT_LENGTH: { status: 400, text: 'Content-Length %s, and %s bytes are there' },
  SIPW_ERR_TOO_MANY: { status: 400, text: 'too many %s: more than %s' },
  SIPW_ERR_URI_TOO_LONG: { status: 414, text: 'the Request-URI exceeds %s bytes' },
  SIPW_ERR_UNSUPPORTED_VERSION: { status: 505, text: 'SIP version %s' },
  SIPW_ERR_HEADERS_TOO_LARGE: { status: 513, text: 'headers exceed %s bytes' },
  SIPW_ERR_MESSAGE_TOO_LARGE: { status: 513, text: 'message exceeds the limit of %s bytes' },
  SIPW_ERR_HEADER_INJECTION: { status: 500, text: '%s may not be written: %s' },
  SIPW_ERR_BODY_NOT_LATIN1: { status: 500, text: 'a body is a string of bytes (latin1)' },
  SIPW_ERR_INVALID_STATUS: { status: 500, text: 'status %s is not within 100 and 699' },
  // transaction
  SIPW_ERR_TIMER_VALUE: {
    status: 500,
    text: 'timer value %s must be a positive number of milliseconds, not %s',
  },
  // proxy
  SIPW_ERR_BAD_EXTENSION: { status: 420, text: 'Proxy-Require names what we do not support' },
  SIPW_ERR_LOOP: { status: 482, text: 'the request has been here before, unchanged' },
  SIPW_ERR_MAX_BREADTH: { status: 440, text: 'Max-Breadth allows no further branch' },
  SIPW_ERR_MAX_FORWARDS: { status: 483, text: 'Max-Forwards is used up' },
  SIPW_ERR_URI_SCHEME: { status: 416, text: 'no way to route a URI of scheme %s' },
  // transport
  SIPW_ERR_CIDR: { status: 500, text: 'not an address or CIDR block: %s' },
  SIPW_ERR_LISTEN: { status: 500, text: 'cannot listen at %s: %s' },
  SIPW_ERR_LISTEN_ADDRESS: { status: 500, text: 'listening address %s: expected %s' },
  SIPW_ERR_UNREACHABLE: { status: 503, text: '%s cannot be reached: %s' },
  SIPW_ERR_UNRESOLVABLE: { status: 503, text: 'no server found for %s: %s' },
} as const satisfies Record<string, { status: number; text: string }>

export type ErrorCode = keyof typeof errors

/** The one error type of sipwright: a code from the table above, its text filled in, its cause kept. */
export class SipError extends Error {
  override readonly name = 'SipError'
  readonly code: ErrorCode
  /** The SIP status that answers the request which this error ended. */
  readonly status: number

  constructor(code: ErrorCode, args: readonly (string | number)[] = [], options?: ErrorOptions) {
    const { status, text } = errors[code]
    let next = 0
    super(
      text.replaceAll('%s', () => String(args[next++])),
      options,
    )
    this.code = code
    this.status = status
  }
}
