/**
 * What a proxy must be able to use of a message, and refuses it for otherwise. RFC 3261 §16.3 step 1, §8.2
 *
 * Everything else passes unread, malformed or not: a proxy refuses no Date and no Accept. Two choices:
 * Contact is read in REGISTER only, where an edge replaces it by the flow (RFC 4475 §3.1.2.13 asks for 400);
 * of the Vias only the topmost is read, as answers go nowhere else.
 */
import { SipError } from '../errors.js'
import { excerpt, isAllVisible } from './grammar.js'
import { CALL_ID, CSEQ, FROM, MAX_FORWARDS, ROUTE, TO, VIA } from './header-name.js'
import { type MessageLimits } from './limits.js'
import { type HeaderSection } from './lines.js'
import { type SipMessage, type SipRequest } from './message.js'
import { parseNameAddr } from './name-addr.js'
import { isSipUri } from './uri.js'

/** Throws the SipError that refuses the message; returns where it may pass. */
export function checkMessage(
  message: SipMessage,
  { seen, repeated }: HeaderSection,
  limits: MessageLimits,
): void {
  if (message.kind === 'request') checkUri(message, limits)
  if ((seen & allRequired) !== allRequired || (repeated & allSingle) !== 0) {
    checkNumbers(seen, repeated)
  }
  checkVia(message, limits)
  checkCallId(message.callId)
  // To read them is to check them: their getters throw.
  const { from: _from, to: _to, cseq } = message
  if (message.kind === 'response') return
  const { maxForwards: _maxForwards, method } = message
  if (cseq.method !== method) {
    throw new SipError('SIPW_ERR_MALFORMED_HEADER', [
      'CSeq',
      excerpt(`${cseq.method} is not ${method}`),
    ])
  }
  if ((seen & (1 << ROUTE)) !== 0) checkRoutes(message, limits)
  if (method === 'REGISTER') checkContacts(message)
}

/** §8.1.1: each is in every message. RFC 2543 knew requests without Max-Forwards; the proxy adds it (§16.6 step 3). */
const required = [
  { name: 'Via', bit: 1 << VIA },
  { name: 'Call-ID', bit: 1 << CALL_ID },
  { name: 'CSeq', bit: 1 << CSEQ },
  { name: 'From', bit: 1 << FROM },
  { name: 'To', bit: 1 << TO },
]

/** With two of one of these, two readers would see two messages. */
const single = [...required.slice(1), { name: 'Max-Forwards', bit: 1 << MAX_FORWARDS }]

const allRequired = required.reduce((bits, { bit }) => bits | bit, 0)
const allSingle = single.reduce((bits, { bit }) => bits | bit, 0)

/** Throws what names the header that is missing or there twice. */
function checkNumbers(seen: number, repeated: number): void {
  for (const { name, bit } of required) {
    if ((seen & bit) === 0) throw new SipError('SIPW_ERR_MISSING_HEADER', [name])
  }
  for (const { name, bit } of single) {
    if ((repeated & bit) !== 0) throw new SipError('SIPW_ERR_DUPLICATE_HEADER', [name])
  }
}

function checkUri(request: SipRequest, limits: MessageLimits): void {
  if (request.uri.length > limits.uriBytes) {
    throw new SipError('SIPW_ERR_URI_TOO_LONG', [limits.uriBytes])
  }
  const uri = request.requestUri
  // §19.1.5: a Request-URI has no headers; they would become real ones further on (RFC 4475 §3.1.2.11).
  if (isSipUri(uri) && uri.headers !== undefined) {
    throw new SipError('SIPW_ERR_MALFORMED_URI', [excerpt(request.uri)])
  }
}

function checkVia(message: SipMessage, limits: MessageLimits): void {
  checkCount(message, 'Via', limits.vias)
  const { branch } = message.via
  // RFC 4475 §3.2.1: the bare cookie names no transaction, and would merge those of different callers.
  if (branch?.length === 7 && branch.toLowerCase() === 'z9hg4bk') {
    throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Via', `branch ${branch}`])
  }
}

// Call-ID = word [ "@" word ]: white space is what would make another reader see less of it.
function checkCallId(callId: string): void {
  if (!isAllVisible(callId))
    throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Call-ID', excerpt(callId)])
  if (callId === '') throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Call-ID', 'empty'])
}

// route-param = name-addr *( SEMI rr-param )
function checkRoutes(request: SipRequest, limits: MessageLimits): void {
  checkCount(request, 'Route', limits.routes)
  for (const value of request.headers.values('Route')) {
    if (!parseNameAddr(value, 'Route').bracketed) {
      throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Route', excerpt(value)])
    }
  }
}

function checkContacts(request: SipRequest): void {
  for (const value of request.headers.values('Contact')) {
    if (value !== '*') parseNameAddr(value, 'Contact')
  }
}

function checkCount(message: SipMessage, name: string, limit: number): void {
  const count = message.headers.countValues(name)
  if (count > limit) throw new SipError('SIPW_ERR_TOO_MANY', [`${name} values`, limit])
  if (count < 0) throw new SipError('SIPW_ERR_MALFORMED_HEADER', [name, 'an empty value'])
}
