/** Messages for tests, with the values of RFC 3261's examples (§24.2): Alice in atlanta calls Bob in biloxi. */
import { SipHeaders } from '../message/headers.js'
import { SipRequest, responseTo, type SipResponse } from '../message/message.js'

/** What a test wants different from the example. */
export interface RequestFields {
  readonly uri?: string
  readonly callId?: string
  readonly fromTag?: string
  /** Default: none, or Bob's where the request is sent within the dialog. */
  readonly toTag?: string
  readonly branch?: string
  /** `transport sent-by` of Via. Default: `UDP pc33.atlanta.com`. */
  readonly sentBy?: string
  readonly cseq?: number
  readonly maxForwards?: number
  /** Added, or set instead of the example's. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface ResponseFields {
  readonly reason?: string
  /** Default: Bob's. */
  readonly toTag?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Alice's and Bob's tags. */
export const aliceTag = '1928301774'
export const bobTag = 'a6c85cf'

/** A request of any method to Bob, outside any dialog. */
export function request(method: string, fields: RequestFields = {}): SipRequest {
  const body = fields.body ?? ''
  const toTag = fields.toTag === undefined ? '' : `;tag=${fields.toTag}`
  const headers = SipHeaders.of([
    [
      'Via',
      `SIP/2.0/${fields.sentBy ?? 'UDP pc33.atlanta.com'};branch=${fields.branch ?? 'z9hG4bK776asdhds'}`,
    ],
    ['Max-Forwards', String(fields.maxForwards ?? 70)],
    ['To', `Bob <sip:bob@biloxi.com>${toTag}`],
    ['From', `Alice <sip:alice@atlanta.com>;tag=${fields.fromTag ?? aliceTag}`],
    ['Call-ID', fields.callId ?? 'a84b4c76e66710@pc33.atlanta.com'],
    ['CSeq', `${fields.cseq ?? 314159} ${method}`],
    ['Contact', '<sip:alice@pc33.atlanta.com>'],
    ['Content-Length', String(body.length)],
  ])
  for (const [name, value] of Object.entries(fields.headers ?? {})) headers.set(name, value)
  return new SipRequest(method, fields.uri ?? 'sip:bob@biloxi.com', headers, body)
}

/** F1 of §24.2; its body is a small SDP offer. */
export function invite(fields: RequestFields = {}): SipRequest {
  return request('INVITE', {
    body: offer,
    ...fields,
    headers: { 'Content-Type': 'application/sdp', ...fields.headers },
  })
}

/** The ACK of a 2xx: a request within the dialog, with a branch of its own. §13.2.2.4 */
export function ack(fields: RequestFields = {}): SipRequest {
  return request('ACK', { branch: 'z9hG4bKnashds8', ...inDialog, ...fields })
}

/** Alice hangs up. §15.1.1 */
export function bye(fields: RequestFields = {}): SipRequest {
  return request('BYE', { branch: 'z9hG4bKnashds10', cseq: 314160, ...inDialog, ...fields })
}

/** The CANCEL of `invite()` with the same fields. §9.1 */
export function cancel(fields: RequestFields = {}): SipRequest {
  return request('CANCEL', fields)
}

/** Bob registers. §24.1 */
export function register(fields: RequestFields = {}): SipRequest {
  return request('REGISTER', {
    uri: 'sip:registrar.biloxi.com',
    callId: '843817637684230@998sdasdh09',
    cseq: 1826,
    branch: 'z9hG4bKnashds7',
    ...fields,
    headers: { Contact: '<sip:bob@192.0.2.4>', Expires: '7200', ...fields.headers },
  })
}

/** §11.1 */
export function options(fields: RequestFields = {}): SipRequest {
  return request('OPTIONS', { branch: 'z9hG4bKhjhs8ass877', cseq: 63104, ...fields })
}

/** RFC 3428 §10 */
export function message(fields: RequestFields = {}): SipRequest {
  return request('MESSAGE', {
    branch: 'z9hG4bK776sgdkse',
    body: 'Watson, come here.',
    ...fields,
    headers: { 'Content-Type': 'text/plain', ...fields.headers },
  })
}

/** What Bob answers to a request. */
export function answer(
  request: SipRequest,
  status: number,
  { reason, toTag = bobTag, headers = {}, body = '' }: ResponseFields = {},
): SipResponse {
  const response = responseTo(request, status, {
    ...(reason === undefined ? {} : { reason }),
    toTag,
    headers,
  })
  response.body = body
  response.headers.set('Content-Length', String(body.length))
  return response
}

export function trying(request: SipRequest): SipResponse {
  return answer(request, 100)
}

export function ringing(request: SipRequest, fields: ResponseFields = {}): SipResponse {
  return answer(request, 180, fields)
}

/** 200 with Bob's Contact. */
export function ok(request: SipRequest, fields: ResponseFields = {}): SipResponse {
  return answer(request, 200, {
    ...fields,
    headers: { Contact: '<sip:bob@192.0.2.4>', ...fields.headers },
  })
}

const inDialog = { uri: 'sip:bob@192.0.2.4', toTag: bobTag } as const

const offer = [
  'v=0',
  'o=alice 53655765 2353687637 IN IP4 pc33.atlanta.com',
  's=-',
  'c=IN IP4 pc33.atlanta.com',
  't=0 0',
  'm=audio 3456 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n')
