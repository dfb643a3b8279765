/** The messages of one call as a carrier's phones send them, and a fat one. */

const sdp = [
  'v=0',
  'o=caller 1 1 IN IP4 192.0.2.4',
  's=-',
  'c=IN IP4 192.0.2.4',
  't=0 0',
  'm=audio 6000 RTP/AVP 0',
  '',
].join('\r\n')

const fatSdp = [
  ...['v=0', 'o=- 3724394400 3724394405 IN IP4 198.51.100.9', 's=-', 'c=IN IP4 198.51.100.9'],
  ...['t=0 0', 'm=audio 30000 RTP/SAVPF 111 0 8 9 18 101', 'a=rtpmap:111 opus/48000/2'],
  ...[
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:18 G729/8000',
  ],
  ...['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=fmtp:18 annexb=no', 'a=ptime:20'],
  ...[
    'a=sendrecv',
    'a=rtcp-mux',
    'a=setup:actpass',
    'a=ice-ufrag:F7gI',
    'a=ice-pwd:x9cml/YzichV2+XlhiMu8g',
  ],
  ...Array.from(
    { length: 6 },
    (_, index) =>
      `a=candidate:${index} 1 udp ${2_130_706_431 - index} 198.51.100.9 ${30_000 + index} typ host`,
  ),
  '',
].join('\r\n')

const via = 'Via: SIP/2.0/UDP 192.0.2.4:5062;branch=z9hG4bK-524287-1---9c4ef5a8d1b2;rport'
const from = 'From: "Alice" <sip:alice@atlanta.example.com>;tag=1928301774'
const to = 'To: <sip:bob@biloxi.example.com>'
const callId = 'Call-ID: 843817637684230998sdasdh09@192.0.2.4'
const ourVia = 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK4b43c2ff8.1;rport'
const recordRoute = 'Record-Route: <sip:192.0.2.1:5060;lr>'
const contact = 'Contact: <sip:bob@192.0.2.8:5060>'

const plain = [
  ...[via, 'Max-Forwards: 70', from, to, callId, 'CSeq: 1 INVITE'],
  ...['Contact: <sip:alice@192.0.2.4:5062>', 'Content-Type: application/sdp'],
]

const fat = [
  ...[
    via,
    'Via: SIP/2.0/TCP 198.51.100.7:5060;branch=z9hG4bKe1f2;received=198.51.100.7;rport=41022',
  ],
  ...[
    'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK776asegma',
    'Record-Route: <sip:198.51.100.7;transport=tcp;lr>',
  ],
  ...[
    'Max-Forwards: 68',
    from,
    to,
    callId,
    'CSeq: 102 INVITE',
    'Contact: <sip:alice@192.0.2.4:5062;ob>;+sip.instance="<urn:uuid:0>"',
  ],
  ...[
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, UPDATE, PRACK',
    'Supported: replaces, 100rel, timer, norefersub',
  ],
  ...[
    'Session-Expires: 1800;refresher=uac',
    'Min-SE: 90',
    'User-Agent: Carrier SBC 9.2.1 build 4711',
    'Allow-Events: talk, hold',
  ],
  ...[
    'P-Asserted-Identity: "Alice" <sip:+14155550100@atlanta.example.com;user=phone>',
    'Privacy: none',
    'P-Charging-Vector: icid-value=1234bc9876e',
  ],
  ...[
    'Accept: application/sdp',
    'Accept-Language: en',
    'Content-Disposition: session',
    'Content-Type: application/sdp',
  ],
  ...Array.from(
    { length: 16 },
    (_, index) => `X-Carrier-Field-${index}: value-${index * 7_919}-0123456789abcdef`,
  ),
]

/** By name, latin1. */
export const samples: Readonly<Record<string, string>> = {
  INVITE: padded(622, (user) => text(`INVITE sip:${user}@biloxi.example.com SIP/2.0`, plain, sdp)),
  'INVITE, 40 headers': text('INVITE sip:bob@biloxi.example.com SIP/2.0', fat, fatSdp),
  '180': text('SIP/2.0 180 Ringing', [
    ourVia,
    via,
    recordRoute,
    from,
    `${to};tag=8321234356`,
    callId,
    'CSeq: 1 INVITE',
    contact,
  ]),
  '200': text(
    'SIP/2.0 200 OK',
    [
      ourVia,
      via,
      recordRoute,
      from,
      `${to};tag=8321234356`,
      callId,
      'CSeq: 1 INVITE',
      contact,
      'Content-Type: application/sdp',
    ],
    sdp,
  ),
  ACK: text('ACK sip:bob@192.0.2.8:5060 SIP/2.0', [
    via,
    'Route: <sip:192.0.2.1:5060;lr>',
    'Max-Forwards: 70',
    from,
    `${to};tag=8321234356`,
    callId,
    'CSeq: 1 ACK',
  ]),
  BYE: text('BYE sip:bob@192.0.2.8:5060 SIP/2.0', [
    via,
    'Route: <sip:192.0.2.1:5060;lr>',
    'Max-Forwards: 70',
    from,
    `${to};tag=8321234356`,
    callId,
    'CSeq: 2 BYE',
  ]),
  REGISTER: text('REGISTER sip:registrar.atlanta.example.com SIP/2.0', [
    ...[
      via,
      'Max-Forwards: 70',
      from,
      'To: <sip:alice@atlanta.example.com>',
      callId,
      'CSeq: 1826 REGISTER',
    ],
    ...[
      'Contact: <sip:alice@192.0.2.4:5062>;expires=3600',
      'Expires: 3600',
      'User-Agent: Phone 1.2',
    ],
  ]),
}

function text(startLine: string, lines: readonly string[], body = ''): string {
  return [startLine, ...lines, `Content-Length: ${body.length}`, '', body].join('\r\n')
}

/** The message with a user so long that it has that many bytes. */
function padded(bytes: number, make: (user: string) => string): string {
  const short = make('bob').length
  return make(`bob${'0'.repeat(Math.max(0, bytes - short))}`)
}
