/** Messages in another's name, over real sockets, against the sample. security.md §3 rows 14, 16 to 19, 24 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { stopAll } from '../system/processes.js'
import { RawPeer, requestText, responseText } from './raw-peer.js'
import { headerOf, statusOf, valuesOf } from './sip-text.js'

let port: number
let caller: RawPeer
let attacker: RawPeer
let victim: RawPeer
let backend: RawPeer
let sentBy: string

beforeEach(async () => {
  port = await freePort()
  const at = async (address: string): Promise<RawPeer> => RawPeer.at(address)
  caller = await at('127.0.1.1')
  attacker = await at('127.0.2.2')
  victim = await at('127.0.3.3')
  backend = await at('127.0.4.4')
  sentBy = `127.0.1.1:${caller.port}`
  await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
domains: [example.com]
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.4.4:${backend.port}'] } }
  probe: { interval: 0 }
`,
  })
})

afterEach(async () => {
  for (const peer of [caller, attacker, victim, backend]) peer.close()
  await stopAll()
})

/** What was sent before it has been dealt with when this is answered: one socket, one order. */
async function dealtWith(peer: RawPeer): Promise<void> {
  const callId = `fence-${++fences}`
  const uri = `sip:127.0.0.1:${port}`
  peer.send(requestText({ method: 'OPTIONS', uri, callId, sentBy: 'fence.invalid' }), port)
  await peer.hear(new RegExp(`^SIP/2.0 200[^]*${callId}`))
}
let fences = 0

/** An INVITE that the backend has: as it came to it. */
async function invited(callId: string): Promise<string> {
  const contact = `Contact: <sip:caller@${sentBy}>`
  caller.send(requestText({ callId, sentBy, more: [contact] }), port)
  return (await backend.hear(new RegExp(`^INVITE[^]*${callId}`))).text
}

test('17: a response is heard from the backend alone, whatever it knows of the branch', async () => {
  const atBackend = await invited('forged-response')
  for (const status of ['180 Ringing', '200 OK', '486 Busy Here', '603 Decline']) {
    attacker.send(responseText(status, atBackend), port)
  }
  await dealtWith(attacker)
  expect(caller.texts.filter((text) => statusOf(text) > 100)).toEqual([])
  backend.send(responseText('200 OK', atBackend, ['Contact: <sip:b@127.0.4.4>']), port)
  await caller.hear(/^SIP\/2.0 200/)
  expect(caller.texts.filter((text) => /^SIP\/2.0 (?:180|486|603)/.test(text))).toEqual([])
})

test('17: a response to nothing of ours is not passed on, though a Via below asks for it (RFC 6026 §8.9)', async () => {
  const own = `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKguessed`
  const below = `Via: SIP/2.0/UDP 127.0.3.3:${victim.port};branch=z9hG4bKvictim`
  const [line = '', , ...rest] = requestText({ callId: 'stray', sentBy }).split('\r\n')
  const request = [line, own, below, ...rest].join('\r\n')
  for (const peer of [attacker, backend]) {
    peer.send(responseText('200 OK', request), port)
    await dealtWith(peer)
  }
  expect(victim.texts).toEqual([])
})

test('16: a CANCEL from another address is a stranger’s: 481, and the call goes on', async () => {
  const atBackend = await invited('forged-cancel')
  const branch = 'z9hG4bK-forged-cancel-INVITE'
  attacker.send(requestText({ method: 'CANCEL', callId: 'forged-cancel', branch, sentBy }), port)
  expect(statusOf((await attacker.hear(/^SIP\/2.0 [^1]/)).text)).toBe(481)
  await dealtWith(attacker)
  backend.send(responseText('200 OK', atBackend, ['Contact: <sip:b@127.0.4.4>']), port)
  await caller.hear(/^SIP\/2.0 200/)
  expect(backend.texts.filter((text) => text.startsWith('CANCEL'))).toEqual([])
})

test('16: an ACK or BYE that no Route of ours comes with reaches no backend', async () => {
  const atBackend = await invited('forged-ack')
  backend.send(responseText('200 OK', atBackend, ['Contact: <sip:b@127.0.4.4>']), port)
  const answer = (await caller.hear(/^SIP\/2.0 200/)).text
  const forged = { callId: 'forged-ack', sentBy: `127.0.2.2:${attacker.port}`, cseq: 1 }
  const dialog = { ...forged, to: headerOf(answer, 'To'), uri: `sip:b@127.0.4.4:${backend.port}` }
  const [route = ''] = valuesOf(answer, 'Record-Route')
  const broken = route.replace(/[A-Za-z0-9_-](?=[A-Za-z0-9_-]{3}[^A-Za-z0-9_-]*>)/, (letter) =>
    letter === 'x' ? 'y' : 'x',
  )
  expect(broken).not.toBe(route)
  for (const [index, more] of [[], [`Route: ${broken}`]].entries()) {
    attacker.send(requestText({ ...dialog, method: 'ACK', branch: `z9hG4bKa${index}`, more }), port)
    const branch = `z9hG4bKb${index}`
    attacker.send(requestText({ ...dialog, method: 'BYE', cseq: 2, branch, more }), port)
    expect(statusOf((await attacker.hear(new RegExp(`^SIP/2.0 [^1][^]*${branch}`))).text)).toBe(403)
  }
  await dealtWith(attacker)
  expect(backend.texts.filter((text) => /^(?:ACK|BYE)/.test(text))).toEqual([])
})

test('18: answers go where the packet came from, whatever Via says of received, rport, maddr or sent-by', async () => {
  const aims = [
    { sentBy: `127.0.3.3:${victim.port}`, viaParams: '' },
    { sentBy: `127.0.3.3:${victim.port}`, viaParams: ';rport' },
    { sentBy, viaParams: `;received=127.0.3.3;rport=${victim.port}` },
    { sentBy, viaParams: `;maddr=127.0.3.3;ttl=1` },
    { sentBy: `127.0.3.3:${victim.port}`, viaParams: ';maddr=127.0.3.3;received=127.0.3.3' },
  ]
  for (const [index, aim] of aims.entries()) {
    const callId = `aimed-${index}`
    // One is answered by us, one goes on.
    const own = { method: 'OPTIONS', uri: `sip:127.0.0.1:${port}`, callId: `${callId}-own` }
    attacker.send(requestText({ ...own, ...aim }), port)
    expect(statusOf((await attacker.hear(new RegExp(`${callId}-own`))).text)).toBe(200)
    attacker.send(requestText({ callId, ...aim }), port)
    const atBackend = (await backend.hear(new RegExp(`^INVITE[^]*${callId}`))).text
    backend.send(responseText('486 Busy Here', atBackend), port)
    await attacker.hear(new RegExp(`^SIP/2.0 486[^]*${callId}`))
  }
  await dealtWith(attacker)
  expect(victim.texts).toEqual([])
})

test('19: a stranger’s Route, Request-URI or maddr sends nothing anywhere', async () => {
  const from = { sentBy: `127.0.2.2:${attacker.port}` }
  const place = `127.0.3.3:${victim.port}`
  const aims = [
    { more: [`Route: <sip:${place};lr>`] },
    { more: [`Route: <sip:127.0.0.1:${port};lr>, <sip:${place};lr>`] },
    { uri: `sip:bob@${place}` },
    { uri: `sip:bob@example.org;maddr=127.0.3.3` },
    { uri: `sip:bob@${place}`, to: '<sip:bob@example.com>;tag=made-up' },
    { uri: `sip:bob@${place}`, to: '<sip:b@a>;tag=x', more: [`Route: <sip:127.0.0.1:${port};lr>`] },
  ]
  for (const [index, aim] of aims.entries()) {
    for (const method of ['INVITE', 'MESSAGE', 'REFER']) {
      const callId = `relayed-${index}-${method}`
      attacker.send(requestText({ ...from, ...aim, callId, method }), port)
      const { text } = await attacker.hear(new RegExp(`^SIP/2.0 [^1][^]*${callId}`))
      expect([403, 481]).toContain(statusOf(text))
    }
  }
  // Nothing is said to an ACK.
  attacker.send(requestText({ ...from, method: 'ACK', callId: 'ack', uri: `sip:b@${place}` }), port)
  await dealtWith(attacker)
  expect([...victim.texts, ...backend.texts]).toEqual([])
})
