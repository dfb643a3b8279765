/** Every error sipwright throws, with the SIP status it deserves when it ends a request. */
export const errors = {
  SIPW_ERR_BAD_EXTENSION: {
    status: 420,
    text: 'extensions that a proxy must know and we do not: %s',
  },
  SIPW_ERR_LOOP: { status: 482, text: 'the request has been here before, unchanged' },
  SIPW_ERR_MALFORMED_HEADER: { status: 400, text: 'malformed %s header: %s' },
  SIPW_ERR_MAX_BREADTH: { status: 440, text: 'Max-Breadth %s allows no further branch' },
  SIPW_ERR_MAX_FORWARDS: { status: 483, text: 'Max-Forwards is used up' },
  SIPW_ERR_URI_SCHEME: { status: 416, text: 'no way to route a URI of scheme %s' },
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
