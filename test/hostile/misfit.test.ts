/** What is too large, too small to be answered at length, or not what it seems, over real sockets. security.md §3 rows 7, 14, 22 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { stopAll } from '../system/processes.js'
import { endCounts } from './end-counts.js'
import { RawPeer, requestText } from './raw-peer.js'
import { statusOf } from './sip-text.js'

let port: number
let backend: RawPeer
let balancer: Balancer
const strangers: RawPeer[] = []

beforeEach(async () => {
  port = await freePort()
  backend = await RawPeer.at('127.0.4.4')
  balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}', 'tcp:127.0.0.1:${port}']
domains: [example.com]
route: [{ user: 'b*', set: 1 }]
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.4.4:${backend.port}'] } }
  probe: { interval: 0 }
`,
  })
})

afterEach(async () => {
  for (const peer of strangers.splice(0)) peer.close()
  backend.close()
  await stopAll()
})

async function stranger(address: string): Promise<RawPeer> {
  const peer = await RawPeer.at(address)
  strangers.push(peer)
  return peer
}

/** The balancer has dealt with what came before this, and still serves. */
async function serves(peer: RawPeer): Promise<void> {
  const callId = `fence-${++fences}`
  const uri = `sip:127.0.0.1:${port}`
  peer.send(requestText({ method: 'OPTIONS', uri, callId, sentBy: 'fence.invalid' }), port)
  await peer.hear(new RegExp(`^SIP/2.0 200[^]*${callId}`))
}
let fences = 0

/** Requests as small as they can be, each of which is answered with something else. */
const small: readonly (readonly [what: string, text: string])[] = [
  ['403', 'INVITE sip:x@y SIP/2.0\r\n'],
  ['404', 'MESSAGE sip:a@example.com SIP/2.0\r\n'],
  ['403', 'X sip:a@a SIP/2.0\r\n'],
  ['505', 'X a:a SIP/9.0\r\n'],
  ['416', 'INVITE a:a SIP/2.0\r\n'],
  ['420', 'INVITE sip:b@example.com SIP/2.0\r\nProxy-Require:a,b\r\n'],
  ['483', 'INVITE sip:b@example.com SIP/2.0\r\nMax-Forwards:0\r\n'],
  ['481', 'CANCEL sip:a@a SIP/2.0\r\n'],
].map(([what = '', line = '']) => {
  const method = line.slice(0, line.indexOf(' '))
  const branch = `z9hG4bK${what}${method}`
  const rest = `f:<sip:a@a>;tag=1\r\nt:<sip:a@a>\r\ni:1${what}${method}\r\nCSeq:1 ${method}\r\n\r\n`
  return [what, `${line}v:SIP/2.0/UDP a;branch=${branch}\r\n${rest}`]
})

test('14: each refusal is one packet, at most two and a half times as large as what it answers (§5 G11)', async () => {
  const peers = new Map<string, RawPeer>()
  for (const [index, [what, text]] of small.entries()) {
    const peer = await stranger(`127.60.${index}.1`)
    peers.set(text, peer)
    peer.send(text, port)
    expect([what, statusOf((await peer.hear(/^SIP/)).text)]).toEqual([what, Number(what)])
  }
  // What is malformed, down to what has hardly a Via: an answer that would be larger is none.
  const malformed = await stranger('127.60.100.1')
  const tiny = ['X sip: SIP/2.0', 'a b SIP/2.0', 'X sip:a@a SIP/2.0'].flatMap((line) =>
    ['v:SIP/2.0/UDP a', 'v:SIP/2.0/UDP a;rport', 'v:SIP/2.0/UDP a;rport\r\ni:1'].map(
      (headers) => `${line}\r\n${headers}\r\n\r\n`,
    ),
  )
  for (const text of tiny) {
    malformed.heard.length = 0
    malformed.send(text, port)
    await serves(malformed)
    const answers = malformed.texts.filter((each) => !each.includes('fence-'))
    expect(answers.length).toBeLessThanOrEqual(1)
    for (const answer of answers) expect(answer.length).toBeLessThanOrEqual(2.5 * text.length)
  }
  // A refusal that waits for an ACK would have been sent again by now: T1 is 500 ms.
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  for (const [text, peer] of peers) {
    expect(peer.texts.map((answer) => [text, answer.length <= 2.5 * text.length])).toEqual([
      [text, true],
    ])
  }
})

test('14: a network is sent ten refusals a second, twenty at once, whoever of it seems to ask', async () => {
  const peers = await Promise.all([1, 2, 3, 4].map((host) => stranger(`127.61.0.${host}`)))
  const beganAt = Date.now()
  for (let n = 0; n < 200; n++) {
    for (const peer of peers) {
      const callId = `spoofed-${peer.address}-${n}`
      peer.send(requestText({ callId, uri: 'sip:x@elsewhere.example', sentBy: 'a' }), port)
    }
    if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const peer of peers) await serves(peer)
  const refusals = peers.flatMap(({ heard }) => heard.filter(({ text }) => statusOf(text) === 403))
  const seconds = (Date.now() - beganAt) / 1_000
  expect(refusals.length).toBeGreaterThan(0)
  expect(refusals.length).toBeLessThanOrEqual(20 + 10 * seconds + 1)
})

test('7: what is too large is refused in short or dropped, and nothing of it reaches a backend', async () => {
  const peer = await stranger('127.62.0.1')
  const sentBy = `127.62.0.1:${peer.port}`
  const long = 'x'.repeat(9_000)
  const oversize = [
    requestText({ callId: 'header', sentBy, more: [`Subject: ${long}`] }),
    requestText({ callId: 'headers', sentBy, more: Array<string>(300).fill('X: y') }),
    requestText({
      callId: 'section',
      sentBy,
      more: Array<string>(5).fill(`X: ${'y'.repeat(4_000)}`),
    }),
    requestText({ callId: 'uri', sentBy, uri: `sip:b${long}@example.com` }),
    requestText({ callId: 'method', sentBy, method: 'M'.repeat(65) }),
    requestText({ callId: 'vias', sentBy, more: Array<string>(80).fill('Via: SIP/2.0/UDP a') }),
    requestText({ callId: 'routes', sentBy, more: Array<string>(40).fill('Route: <sip:a;lr>') }),
    requestText({ callId: 'folded', sentBy, more: [`X: y${'\r\n z'.repeat(5_000)}`] }),
    requestText({ callId: 'body', sentBy, body: 'x'.repeat(60_000) }).replace('60000', '99999'),
  ]
  for (const text of oversize) {
    peer.heard.length = 0
    peer.send(text, port)
    await serves(peer)
    const answers = peer.texts.filter((each) => !each.includes('fence-'))
    for (const answer of answers) {
      expect([400, 403, 414, 513]).toContain(statusOf(answer))
      expect(answer.length).toBeLessThan(text.length + 100)
    }
    expect(answers.length).toBeLessThanOrEqual(1)
  }
  expect(backend.texts).toEqual([])
})

test('7: a stream whose message never ends is closed, and others are served', async () => {
  const peer = await stranger('127.63.0.1')
  const beginnings = [
    'INVITE sip:bob@example.com SIP/2.0\r\n',
    'INVITE sip:bob@example.com SIP/2.0\r\nContent-Length: 999999999\r\n\r\n',
    'INVITE sip:bob@example.com SIP/2.0\r\nContent-Length: -1\r\n\r\n',
    'INVITE sip:bob@example.com SIP/2.0\r\nContent-Length: 0x10\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ]
  for (const beginning of beginnings) {
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.63.0.2' })
    socket.on('error', () => undefined)
    const closed = once(socket, 'close')
    socket.resume()
    socket.write(beginning, 'latin1')
    const more = setInterval(() => socket.write('X: y'.repeat(10_000)), 20)
    await closed
    clearInterval(more)
    await serves(peer)
  }
  expect(backend.texts).toEqual([])
}, 60_000)

test('22: what smuggles a header past one reader reaches no backend by a datagram or a stream', async () => {
  const peer = await stranger('127.64.0.1')
  const identity = 'P-Asserted-Identity: <sip:ceo@example.com>'
  const smuggled = [
    ...[
      `X-A: a\r${identity}`,
      `X-A: a\n${identity}`,
      `X-A: a\0${identity}`,
      `X-A: a\n\n${identity}`,
    ],
    ...[`P-Asserted-Identity\x01: <sip:ceo@example.com>`, `X-A: "a\\\r${identity}"`, `X\r: y`],
    ...[`Content-Length : 0\r\nContent-Length: 5`, `l: 3\r\nContent-Length: 0`],
  ]
  for (const [index, line] of smuggled.entries()) {
    const text = requestText({ callId: `smuggled-${index}`, sentBy: 'a', more: [line] })
    peer.send(text, port)
    await serves(peer)
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.64.0.2' })
    socket.on('error', () => undefined)
    socket.resume()
    const closed = once(socket, 'close')
    socket.end(text.replace('/UDP', '/TCP'), 'latin1')
    await closed
  }
  await serves(peer)
  expect(backend.texts).toEqual([])
  const counts = await endCounts(balancer)
  expect(counts['malformed']).toBeGreaterThanOrEqual(smuggled.length)
  expect(counts['faults']).toBe(0)
})
