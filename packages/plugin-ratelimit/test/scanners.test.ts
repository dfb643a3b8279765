import { expect, test } from '@jest/globals'
import { defaultParties, defaultUserAgents, Scanners } from '#src/scanners.js'

const scanners = new Scanners(defaultUserAgents, defaultParties)

/** As tools write it. */
function request(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `OPTIONS sip:100@192.0.2.1 SIP/2.0\r\n${lines.join('')}Content-Length: 0\r\n\r\n`
}

test.each(['friendly-scanner', 'sipcli/v1.8', 'VaxSIPUserAgent/3.1', 'SIPVICIOUS', 'pplsip'])(
  'a scanner by its User-Agent: %s (security.md §3 row 1)',
  (agent) => {
    expect(scanners.find(request({ 'User-Agent': agent }))).toMatch(/^User-Agent /)
    expect(scanners.find(request({ 'uSER-aGENT ': agent }))).toMatch(/^User-Agent /)
  },
)

test('a scanner by whom it claims to be, in the long and the compact form', () => {
  expect(scanners.find(request({ From: '"sipvicious"<sip:100@1.1.1.1>;tag=6' }))).toBe(
    'party sipvicious',
  )
  expect(scanners.find(request({ t: '<sip:100@1.1.1.1>' }))).toBe('party sip:100@1.1.1.1')
})

test('what a phone sends is none, and neither is a subject that speaks of one, nor a response', () => {
  expect(scanners.find(request({ 'User-Agent': 'Linphone/5.0', Subject: 'sipvicious' }))).toBe(
    undefined,
  )
  expect(scanners.find(request({ From: '"Bob" <sip:bob@example.com>;tag=1' }))).toBeUndefined()
  expect(scanners.find('SIP/2.0 200 OK\r\nUser-Agent: sipvicious\r\n\r\n')).toBeUndefined()
  expect(scanners.find('sipvicious')).toBeUndefined()
})

test('parts are literal, whatever they look like', () => {
  const odd = new Scanners(['a.c(+'], [])
  expect(odd.find(request({ 'User-Agent': 'xA.C(+y' }))).toBe('User-Agent A.C(+')
  expect(odd.find(request({ 'User-Agent': 'abcc' }))).toBeUndefined()
  expect(new Scanners([], []).find(request({ 'User-Agent': 'sipvicious' }))).toBeUndefined()
})

test('an ACK is not looked at: nobody answers one', () => {
  const ack = request({ 'User-Agent': 'sipvicious' }).replace('OPTIONS', 'ACK')
  expect(scanners.find(ack)).toBeUndefined()
})
