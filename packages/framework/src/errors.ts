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
  SIPW_ERR_DNS: { status: 503, text: 'DNS %s %s: %s' },
  SIPW_ERR_DNS_SERVER: { status: 500, text: 'not the address of a DNS server: %s' },
  SIPW_ERR_LISTEN: { status: 500, text: 'cannot listen at %s: %s' },
  SIPW_ERR_LISTEN_ADDRESS: { status: 500, text: 'listening address %s: expected %s' },
  SIPW_ERR_UNREACHABLE: { status: 503, text: '%s cannot be reached: %s' },
  SIPW_ERR_UNRESOLVABLE: { status: 503, text: 'no server found for %s: %s' },
  // server: what a handler may do
  SIPW_ERR_ALREADY_HANDLED: {
    status: 500,
    text: 'the request has been answered or relayed already; a handler acts once and returns what that gave it',
  },
  SIPW_ERR_NOT_HANDLED: {
    status: 500,
    text: 'a handler ended without reply, relay, fork, forward, relayNext or drop',
  },
  SIPW_ERR_REPLY_STATUS: { status: 500, text: 'status %s cannot be used here: expected %s' },
  SIPW_ERR_HANDLER_TIMEOUT: { status: 500, text: 'a handler has not answered within %s ms' },
  SIPW_ERR_ASYNC_HANDLER_FORBIDDEN: {
    status: 500,
    text: '%s returned a promise: hooks on branches, responses, replies and CANCEL are sync',
  },
  SIPW_ERR_CONTEXT_KEY_MISSING: {
    status: 500,
    text: 'context key "%s" is not set; is the middleware that sets it in @Use()?',
  },
  SIPW_ERR_NOT_REACHED: {
    status: 403,
    text: '%s is in a private network that is no zone: a stranger does not send there',
  },
  SIPW_ERR_NO_LISTENER: { status: 500, text: 'no %s listener to reach %s by; add one to listen' },
  SIPW_ERR_TARGET_MARK: {
    status: 500,
    text: "a target's mark has letters, digits, - and _, 64 at most, not '%s'",
  },
  SIPW_ERR_TOKEN_TOO_LARGE: {
    status: 513,
    text: 'a text of %s characters is too long to be sealed into a message',
  },
  SIPW_ERR_FORWARD: { status: 500, text: 'a request could not be sent to %s' },
  // server: what is checked at start-up
  SIPW_ERR_DECORATOR_MODE: {
    status: 500,
    text: 'decorators were compiled in TC39 mode; set "experimentalDecorators": true in the tsconfig that holds the file',
  },
  SIPW_ERR_NOT_ROUTES: { status: 500, text: '%s is in routes but has no @Routes()' },
  SIPW_ERR_DUPLICATE_ROUTE: { status: 500, text: '%s is handled twice: by %s and by %s' },
  SIPW_ERR_METHOD_RESERVED: {
    status: 500,
    text: '%s cannot handle %s: it belongs to the transaction layer',
  },
  SIPW_ERR_DI_TOKEN: { status: 500, text: 'parameter %s of %s has no @inject() token' },
  SIPW_ERR_DI_INHERITED_CTOR: {
    status: 500,
    text: '%s inherits the constructor of %s: write one that passes on what it injects',
  },
  SIPW_ERR_DI_RESOLVE: { status: 500, text: '%s could not be constructed: %s' },
  SIPW_ERR_SERVICE_DUPLICATE: { status: 500, text: 'service %s is provided twice' },
  SIPW_ERR_SERVICE_MISSING: {
    status: 500,
    text: 'service %s is not provided; is its plugin in plugins, before what needs it?',
  },
  SIPW_ERR_PLUGIN_CONFIG: { status: 500, text: 'plugin %s: %s' },
  SIPW_ERR_PLUGIN_DUPLICATE: { status: 500, text: 'plugin %s is listed twice' },
  SIPW_ERR_PLUGIN_MISSING: { status: 500, text: 'plugin %s requires %s, which is not listed' },
  SIPW_ERR_PLUGIN_CYCLE: { status: 500, text: 'plugins require each other: %s' },
  SIPW_ERR_PLUGIN_TIMEOUT: { status: 500, text: '%s: %s did not end within %s ms' },
  // server: the life of an app
  SIPW_ERR_NOT_STARTED: { status: 500, text: 'the app has not started: use createApp' },
  SIPW_ERR_ALREADY_LISTENING: { status: 500, text: 'listen was called already' },
  SIPW_ERR_INJECT_WHILE_LISTENING: {
    status: 500,
    text: 'inject runs on virtual time: use an app that does not listen',
  },
  SIPW_ERR_TRANSPORT_UNKNOWN: { status: 500, text: 'no transport %s; there are %s' },
  // workers
  SIPW_ERR_NOT_A_WORKER: { status: 500, text: 'this process was not started by startWorkers' },
  SIPW_ERR_ALREADY_SERVING: {
    status: 500,
    text: 'the worker serves already: %s is to be called before app.listen()',
  },
  SIPW_ERR_WORKER_FAILED: { status: 500, text: 'worker %s ended before it was ready: %s' },
  SIPW_ERR_WORKERS_UNSUPPORTED: { status: 500, text: 'workers: %s' },
  // databases
  SIPW_ERR_SQL_DRIVER: { status: 500, text: '%s is not installed: npm install %s' },
  // auth
  SIPW_ERR_ACL_SENDER: {
    status: 500,
    text: 'allowFrom: %s is no address block, no group of the access list, no peer:<name>',
  },
  SIPW_ERR_AUTH_BUSY: { status: 503, text: 'more than %s users are being looked up' },
  SIPW_ERR_AUTH_FILE: { status: 500, text: '%s cannot be read: %s' },
  SIPW_ERR_AUTH_LIST: { status: 500, text: '%s is refused: %s' },
  SIPW_ERR_AUTH_REALM: {
    status: 500,
    text: 'digest: no realm; give one to the plugin auth or to the middleware',
  },
  SIPW_ERR_AUTH_USERS: { status: 503, text: 'users of %s cannot be read: %s' },
  // administration
  SIPW_ERR_ADMIN_ABSENT: { status: 404, text: 'there is no plugin %s here' },
  SIPW_ERR_ADMIN_BUSY: { status: 503, text: 'too many %s' },
  SIPW_ERR_ADMIN_CSRF: { status: 403, text: 'X-CSRF-Token is not that of the session' },
  SIPW_ERR_ADMIN_INPUT: { status: 400, text: '%s' },
  SIPW_ERR_ADMIN_ORIGIN: { status: 403, text: '%s: %s is none of ours' },
  SIPW_ERR_ADMIN_RATE: { status: 503, text: 'too many wrong tokens; again in %s s' },
  SIPW_ERR_ADMIN_SCOPE: { status: 403, text: 'this needs scope %s, and %s has %s' },
  SIPW_ERR_ADMIN_TOKEN: { status: 401, text: 'no token that is known' },
  SIPW_ERR_ADMIN_UNKNOWN: { status: 404, text: 'there is no %s %s' },
  // TLS
  SIPW_ERR_TLS_FILE: { status: 500, text: 'certificates of %s cannot be used: %s' },
  // dispatcher
  SIPW_ERR_ALGORITHM_UNKNOWN: { status: 500, text: 'no algorithm %s; there are %s' },
  SIPW_ERR_DISPATCHER_SOURCE: { status: 500, text: 'destinations of %s cannot be read: %s' },
  SIPW_ERR_KEY_UNKNOWN: { status: 500, text: 'no key %s to hash; there are %s' },
  SIPW_ERR_DESTINATION_EXISTS: { status: 500, text: 'set %s has a destination %s already' },
  SIPW_ERR_DESTINATION_INVALID: { status: 500, text: 'destination %s of set %s: %s' },
  SIPW_ERR_DESTINATION_UNKNOWN: { status: 500, text: 'set %s has no destination %s' },
  SIPW_ERR_DISPATCHER_FILE: { status: 500, text: 'dispatcher list %s cannot be read: %s' },
  SIPW_ERR_DISPATCHER_LIST: { status: 500, text: 'dispatcher list %s is refused: %s' },
  SIPW_ERR_LOAD_JOURNAL: { status: 500, text: 'journal of calls %s cannot be used: %s' },
  SIPW_ERR_SET_REVISION: { status: 412, text: 'the sets are at revision %s, not at %s' },
  SIPW_ERR_SET_UNKNOWN: { status: 500, text: 'no destination set %s' },
  // command
  SIPW_ERR_IMPORT_INPUT: { status: 500, text: '%s: found %s, expected %s' },
  SIPW_ERR_IMPORT_OUTPUT: { status: 500, text: '%s cannot be written: %s' },
  SIPW_ERR_COMMAND_USAGE: { status: 500, text: '%s: found %s, expected %s' },
  SIPW_ERR_COMMAND_REFUSED: { status: 500, text: '%s' },
  SIPW_ERR_COMMAND_LATE: { status: 500, text: '%s' },
  SIPW_ERR_COMMAND_FORBIDDEN: { status: 500, text: '%s' },
  SIPW_ERR_COMMAND_UNREACHABLE: { status: 500, text: 'no connection to %s: %s' },
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
