/**
 * Headers that one reader sees and another does not: bare CR, bare LF, NUL and white space in the wrong place. A
 * gateway behind us may cut lines where we do not (security.md §0.1), so none of them gets there.
 */
import { expect, test } from '@jest/globals'
import { verdictOn } from './rig.js'

const identity = 'P-Asserted-Identity: <sip:ceo@example.com>'

const smuggled: readonly (readonly [what: string, line: string])[] = [
  ['a bare CR in a value', `X-A: a\r${identity}`],
  ['a bare LF in a value', `X-A: a\n${identity}`],
  ['LF CR in a value', `X-A: a\n\r${identity}`],
  ['two bare LFs that look like the end of the headers', `X-A: a\n\n${identity}`],
  ['NUL in a value', `X-A: a\0${identity}`],
  ['NUL in a name', `P-Asserted-Identity\0: <sip:ceo@example.com>`],
  ['a vertical tab before the colon', `P-Asserted-Identity\v: <sip:ceo@example.com>`],
  ['a form feed before the colon', `P-Asserted-Identity\f: <sip:ceo@example.com>`],
  ['a bare CR before the colon', `P-Asserted-Identity\r: <sip:ceo@example.com>`],
  ['a bare LF before the colon', `P-Asserted-Identity\n: <sip:ceo@example.com>`],
  ['a no-break space before the colon', `P-Asserted-Identity\xa0: <sip:ceo@example.com>`],
  ['white space within a name', `P-Asserted -Identity: <sip:ceo@example.com>`],
  ['a control character that starts a name', `\x01P-Asserted-Identity: <sip:ceo@example.com>`],
  ['a line without a colon', 'P-Asserted-Identity'],
  ['a line without a name', ': <sip:ceo@example.com>'],
  ['a bare CR in a quoted string', `X-A: "a\r${identity}"`],
  ['a bare LF in a quoted string', `X-A: "a\n${identity}"`],
  ['an escaped CR in a quoted string', `X-A: "a\\\r${identity}"`],
  ['an escaped LF in a quoted string', `X-A: "a\\\n${identity}"`],
  ['an escape character', 'X-A: a\x1b[2Jb'],
  ['DEL', 'X-A: a\x7fb'],
]

for (const transport of ['udp', 'tcp']) {
  test.each(smuggled)(
    `over ${transport}, %s gets 400 at most and never reaches a gateway`,
    async (_what, line) => {
      const { forwarded, outcome } = await verdictOn(optionsWith(line, transport), transport)
      expect(forwarded).toEqual([])
      expect(['400', 'drop']).toContain(outcome)
    },
  )
}

test.each([
  ['in the Request-URI', { uri: 'sip:bob@example.com\rX: y' }],
  ['in the method', { method: 'OPT\nIONS' }],
  ['in the From display name', { from: '"a\nb" <sip:a@example.com>;tag=1' }],
  ['in the Call-ID', { callId: 'a\rb' }],
])('a line end %s never reaches a gateway', async (_where, fields) => {
  const { forwarded } = await verdictOn(optionsWith('X-A: a', 'udp', fields), 'udp')
  expect(forwarded).toEqual([])
})

test('white space before the colon is legal, and the name is the name (§7.3.1)', async () => {
  const { forwarded } = await verdictOn(optionsWith('X-A \t: a', 'udp'), 'udp')
  expect(forwarded[0]).toContain('X-A \t: a\r\n')
})

test('Content-Length hidden by white space before its colon still counts: the rest of the datagram is no message', async () => {
  const text = optionsWith('X-A: a', 'udp').replace('Content-Length: 0', 'Content-Length \t: 0')
  const { forwarded } = await verdictOn(`${text}INVITE sip:b@example.com SIP/2.0\r\n\r\n`, 'udp')
  expect(forwarded).toHaveLength(1)
  expect(forwarded[0]).not.toContain('INVITE')
})

interface Fields {
  readonly method?: string
  readonly uri?: string
  readonly from?: string
  readonly callId?: string
}

function optionsWith(line: string, transport: string, fields: Fields = {}): string {
  const {
    method = 'OPTIONS',
    uri = 'sip:bob@example.com',
    callId = 'smuggler@192.0.2.100',
  } = fields
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} 192.0.2.100:5060;branch=z9hG4bKsmuggled;rport`,
    'Max-Forwards: 70',
    `From: ${fields.from ?? '<sip:alice@example.com>;tag=1'}`,
    'To: <sip:bob@example.com>',
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    line,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}
