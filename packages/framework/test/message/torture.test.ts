/**
 * The messages of RFC 4475 and RFC 5118, byte for byte (`test/torture`, verdicts in its `index.tsv`). What is
 * tested is the verdict of this floor; 416, 420, 483 and stray responses are the proxy's and the transactions' affair.
 */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SipRequest, responseTo, type SipMessage } from '#src/message/message.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import { isSipUri } from '#src/message/uri.js'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'torture')

const cases = readFileSync(join(folder, 'index.tsv'), 'utf8')
  .split('\n')
  .slice(1)
  .filter((line) => line !== '')
  .map((line) => {
    const [file = '', , , section = '', , verdict = '', status = ''] = line.split('\t')
    return { file, rfc: file.slice(3, 7), section, verdict, status }
  })
  .filter(({ verdict }) => verdict !== 'n/a')

/** Refused by the proxy floor, not for their syntax. */
const otherFloors = new Set(['416', '416,404', '420', '483'])
/** Well-formed responses: dropped because nobody waits for them. */
const stray = new Set(['rfc4475/unreason.dat', 'rfc4475/noreason.dat', 'rfc4475/bcast.dat'])
/** Octets that leave in addition (positive) or stay behind (negative). */
const repaired = new Map([
  ['rfc4475/dblreq.dat', -450],
  ['rfc4475/inv2543.dat', 'Content-Length: 105\r\n'.length],
  ['rfc5118/mult-ip-in-sdp.sip', -8],
  ['rfc5118/ipv4-mapped-ipv6.sip', -9],
])

test('every message of both collections is scored (RFC 4475 §3, RFC 5118 §4)', () => {
  expect(cases).toHaveLength(65)
})

for (const { file, rfc, section, verdict, status } of cases) {
  const where = `(RFC ${rfc} §${section})`
  if (verdict === 'forward' || otherFloors.has(status) || stray.has(file)) {
    test(`${file} is accepted and leaves as it came ${where}`, () => {
      const text = read(file)
      const message = accepted(file)
      const left = serialize(message)
      const difference = repaired.get(file)
      if (difference === undefined) {
        expect(left).toBe(text)
      } else {
        expect(left.length - text.length).toBe(difference)
        expect(serialize(accepted(left, left))).toBe(left)
      }
    })
  } else if (verdict === 'drop') {
    test(`${file} is refused, and nobody is answered ${where}`, () => {
      const message = parseMessage(read(file))
      expect(message).toMatchObject({ kind: 'malformed', request: undefined })
    })
  } else {
    test(`${file} is refused with ${status} and can be answered ${where}`, () => {
      const message = parseMessage(read(file))
      if (message.kind !== 'malformed') throw new Error('it was accepted')
      expect(status.split(',')).toContain(String(message.error.status))
      if (message.request === undefined) throw new Error('there is nobody to answer')
      const answer = serialize(responseTo(message.request, message.error.status, { toTag: 'x' }))
      expect(answer).toMatch(/^SIP\/2\.0 \d{3} [ -~]+\r\n/)
      expect(answer).toContain('Via')
    })
  }
}

test('wsinv: folded lines, compact names and odd cases are read as what they mean (RFC 4475 §3.1.1.1)', () => {
  const request = acceptedRequest('rfc4475/wsinv.dat')
  expect(request.to.uri).toBe('sip:vivekg@chair-dnrc.example.com')
  expect(request.toTag).toBe('1918181833n')
  expect(request.from.displayName).toBe('J Rosenberg \\"')
  expect(request.fromTag).toBe('98asjd8')
  expect(request.maxForwards).toBe(68)
  expect(request.cseq).toEqual({ number: 9, method: 'INVITE' })
  expect(request.via).toMatchObject({ transport: 'UDP', host: '192.0.2.2', branch: '390skdjuw' })
  expect(request.headers.values('Via').slice(1)).toEqual([
    'SIP  / 2.0  / TCP     spindle.example.com   ; branch  =   z9hG4bK9ikj8',
    'SIP  /    2.0   / UDP  192.168.255.111   ; branch= z9hG4bK30239',
  ])
  expect(request.headers.get('Subject')).toBe('')
  expect(request.headers.get('newfangledheader')).toBe(
    'newfangled value continued newfangled value',
  )
  expect(request.body).toHaveLength(150)
})

test('intmeth: the whole of the character set is kept, an escaped NUL included (RFC 4475 §3.1.1.2)', () => {
  const request = acceptedRequest('rfc4475/intmeth.dat')
  expect(request.method).toBe("!interesting-Method0123456789_*+`.%indeed'~")
  expect(request.to.displayName).toBe('BEL:\x07 NUL:\0 DEL:\x7f')
  expect(request.callId).toBe('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{')
  expect(request.fromTag).toBe("_token~1'+`*%!-.")
  expect(request.maxForwards).toBe(255)
  expect(request.requestUri).toMatchObject({
    user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
    password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
    host: 'example.com',
    headers: undefined,
  })
})

test('esc01, escnull: escapes are never undone, so that %00 ends nothing (RFC 4475 §3.1.1.3, §3.1.1.4)', () => {
  const esc01 = acceptedRequest('rfc4475/esc01.dat')
  expect(esc01.requestUri).toMatchObject({ user: 'sips%3Auser%40example.com' })
  const escnull = acceptedRequest('rfc4475/escnull.dat')
  expect(escnull.to.uri).toBe('sip:null-%00-null@example.com')
  expect(escnull.headers.values('Contact')).toHaveLength(2)
})

test('esc02: a percent sign in a token is only a percent sign (RFC 4475 §3.1.1.5)', () => {
  const request = acceptedRequest('rfc4475/esc02.dat')
  expect(request.method).toBe('RE%47IST%45R')
  expect(request.headers.count('C%6Fntact')).toBe(1)
  expect(request.headers.count('Contact')).toBe(2)
})

test('longreq: 34 Vias are read in order (RFC 4475 §3.1.1.7)', () => {
  const request = acceptedRequest('rfc4475/longreq.dat')
  const vias = request.headers.values('Via')
  expect(vias).toHaveLength(34)
  expect(vias[0]).toBe('SIP/2.0/TCP sip33.example.com')
  expect(request.via.branch).toBeUndefined()
})

test('dblreq: what follows Content-Length in a datagram vanishes (RFC 4475 §3.1.1.8)', () => {
  const request = acceptedRequest('rfc4475/dblreq.dat')
  expect(request.method).toBe('REGISTER')
  expect(serialize(request)).not.toContain('INVITE')
})

test('semiuri: a semicolon before the at sign belongs to the user (RFC 4475 §3.1.1.9)', () => {
  const { requestUri } = acceptedRequest('rfc4475/semiuri.dat')
  expect(requestUri).toMatchObject({ user: 'user;par=u%40example.net' })
  expect(isSipUri(requestUri) && requestUri.params.size).toBe(0)
})

test('mpart01: a binary body is kept, NULs and line feeds included (RFC 4475 §3.1.1.11)', () => {
  expect(acceptedRequest('rfc4475/mpart01.dat').body).toHaveLength(553)
})

test('unreason: a reason phrase in UTF-8 is kept as its bytes (RFC 4475 §3.1.1.12)', () => {
  const response = accepted('rfc4475/unreason.dat')
  if (response.kind !== 'response') throw new Error('it is a response')
  expect(response.reason).toHaveLength(74)
  expect(accepted('rfc4475/noreason.dat')).toMatchObject({ status: 100, reason: '' })
})

test('cparam01, cparam02: a parameter stays on its side of the brackets (RFC 4475 §3.3.12, §3.3.13)', () => {
  const outside = acceptedRequest('rfc4475/cparam01.dat').headers.get('Contact')
  expect(outside).toBe('sip:+19725552222@gw1.example.net;unknownparam')
  const inside = acceptedRequest('rfc4475/cparam02.dat').headers.get('Contact')
  expect(inside).toBe('<sip:+19725552222@gw1.example.net;unknownparam>')
})

test('inv2543: no Max-Forwards, no branch, and the body is the rest of the datagram (RFC 4475 §3.4.1)', () => {
  const request = acceptedRequest('rfc4475/inv2543.dat')
  expect(request.maxForwards).toBeUndefined()
  expect(request.via.branch).toBeUndefined()
  expect(request.body).toHaveLength(105)
})

test('port-ambiguous: within brackets everything is the address (RFC 5118 §4.3, §4.4)', () => {
  const ambiguous = acceptedRequest('rfc5118/port-ambiguous.sip')
  expect(ambiguous.requestUri).toMatchObject({ host: '2001:db8::10:5070', port: undefined })
  const unambiguous = acceptedRequest('rfc5118/port-unambiguous.sip')
  expect(unambiguous.requestUri).toMatchObject({ host: '2001:db8::10', port: 5070 })
})

test('received may hold an IPv6 address with or without brackets (RFC 5118 §4.5)', () => {
  const bracketed = acceptedRequest('rfc5118/via-received-param-with-delim.sip')
  expect(bracketed.via.params.get('received')).toBe('[2001:db8::9:255]')
  const bare = acceptedRequest('rfc5118/via-received-param-no-delim.sip')
  expect(bare.via.params.get('received')).toBe('2001:db8::9:255')
  expect(bare.via.branch).toBe('z9hG4bKas3')
})

test('IPv4-mapped IPv6 and the three colons of the old grammar are read (RFC 5118 §4.9, §4.10)', () => {
  const mapped = acceptedRequest('rfc5118/ipv4-mapped-ipv6.clfix.sip')
  expect(mapped.via).toMatchObject({ host: '::ffff:192.0.2.10', port: 19823 })
  const colons = acceptedRequest('rfc5118/ipv6-bug-abnf-3-colons.sip')
  expect(colons.requestUri).toMatchObject({ host: '2001:db8::192.0.2.1' })
})

function read(file: string): string {
  return readFileSync(join(folder, file), 'latin1')
}

function accepted(file: string, text = read(file)): SipMessage {
  const message = parseMessage(text)
  if (message.kind === 'malformed') throw message.error
  return message
}

function acceptedRequest(file: string): SipRequest {
  const message = accepted(file)
  if (message.kind !== 'request') throw new Error(`${file} is no request`)
  return message
}
