import { expect, test } from '@jest/globals'
import { type SipRequest } from '@sipwright/framework'
import {
  type Answer,
  type AnswerStep,
  calleeDialog,
  callerDialog,
  Phone,
} from '@sipwright/framework/testing'
import { edge, leaks, outsideBytes, rig, saying, telltale } from './rig.js'

const bob = 'sip:bob@203.0.113.1'
const contact = '<sip:1000@10.0.0.11:5060>'
const everything = { callId: true, tags: true, sdp: true, fingerprint: true }

test('PRACK of a provisional response goes to who sent it, its RAck untouched. RFC 3262', async () => {
  const reliable = saying(183, { headers: { Require: '100rel', RSeq: '77' } })
  const it = await rig({ backends: [[reliable, saying(200, { afterMs: 500 })]] })
  const call = it.caller.call(bob)
  await it.network.run(100)
  const early = call.seen.find(({ response }) => response.status === 183)!.response
  const dialog = callerDialog(call.request, early)
  it.caller.sendWithin(dialog, 'PRACK', { headers: { RAck: '77 1 INVITE' } })
  await it.network.run(100)
  const prack = it.backends[0]!.received.at(-1)!.request
  expect([prack.method, prack.uri, prack.headers.get('RAck')]).toEqual([
    'PRACK',
    it.backends[0]!.uri,
    '77 1 INVITE',
  ])
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('a subscription: the backend notifies, and the phone renews. RFC 6665', async () => {
  const accept = [{ status: 200, headers: { Contact: contact, Server: telltale.Server } }]
  const it = await rig({ hiding: everything, backends: [accept] })
  const [backend] = it.backends
  const subscribe = it.caller.send('SUBSCRIBE', bob, { headers: { Event: 'dialog' } })
  await it.network.run(100)
  expect(subscribe.outcome).toBe(200)
  // The phone keeps no subscriptions, so that it says 481: what counts is how it is asked.
  const dialog = calleeDialog(backend!.received[0]!.request, 'as1')
  const notification = backend!.sendWithin(dialog, 'NOTIFY', {
    headers: { 'Content-Type': 'application/dialog-info+xml', Event: 'dialog', ...telltale },
    body: '<dialog-info entity="sip:1000@10.0.0.11"><local>sip:1000@fs1.internal</local></dialog-info>',
  })
  await it.network.run(100)
  expect(notification.outcome).toBe(481)
  const { request } = it.caller.seen.at(-1)!
  expect(request.callId).toBe(subscribe.request.callId)
  expect(request.body).toContain('entity="sip:1000@203.0.113.1"')
  expect(leaks(it, 'as1')).toEqual([])
  await it.close()
})

test('REGISTER through us: the phone has its own Contact back, and what the registrar adds is sealed', async () => {
  const it = await rig({
    backends: [
      [
        saying(200, {
          headers: {
            Contact: `<sip:phone@198.51.100.7:5060>;expires=60, ${contact};expires=30`,
            Path: '<sip:10.0.0.12;lr>',
            'Service-Route': '<sip:10.0.0.11:5060;lr>',
          },
        }),
      ],
    ],
  })
  const registration = it.caller.send('REGISTER', 'sip:203.0.113.1', {
    headers: { Path: '<sip:10.0.0.9;lr>', Contact: '<sip:phone@198.51.100.7:5060>' },
  })
  await it.network.run(100)
  expect(registration.outcome).toBe(200)
  expect(it.backends[0]!.received[0]!.request.headers.has('Path')).toBe(false)
  const { headers } = registration.final!
  expect(headers.values('Contact')[0]).toBe('<sip:phone@198.51.100.7:5060>;expires=60')
  expect(headers.values('Contact')[1]).toMatch(/^<sip:th1-[\w-]+@203\.0\.113\.1:5060>;expires=30$/)
  const [serviceRoute = ''] = headers.values('Service-Route')
  expect(serviceRoute).toMatch(/^<sip:th1-[\w-]+@203\.0\.113\.1:5060;lr>$/)
  const call = it.caller.call('sip:1002@example.com', { routes: [serviceRoute] })
  await it.network.run(100)
  expect(call.outcome).toBe(200)
  const invite = it.backends[0]!.invitations[0]!.request
  expect(invite.headers.values('Route')).toEqual(['<sip:10.0.0.11:5060;lr>'])
  expect(invite.uri).toBe('sip:1002@example.com')
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('a backend registers outside: its Contact is a token, the same each time, and calls to it come', async () => {
  const it = await rig({ hiding: everything })
  const [backend] = it.backends
  const echo = (request: SipRequest): Answer => [
    { status: 200, headers: { Contact: request.headers.get('Contact') ?? '' } },
  ]
  const registrar = await Phone.at(it.network, { at: 'UDP:198.51.100.30:5060', answer: echo })
  const register = () =>
    backend!.send('REGISTER', 'sip:198.51.100.30', { headers: { ...telltale, Contact: contact } })
  const first = register()
  await it.network.run(100)
  const second = register()
  await it.network.run(100)
  for (const { final } of [first, second]) expect(final?.headers.get('Contact')).toBe(contact)
  const [one, other] = registrar.received.map(({ request }) => request.headers.get('Contact'))
  expect(one).toBe(other)
  const call = it.caller.call(/<(.*)>/.exec(one ?? '')?.[1] ?? '')
  await it.network.run(300)
  expect(call.outcome).toBe(200)
  expect(backend!.invitations[0]!.request.uri).toBe('sip:1000@10.0.0.11:5060')
  expect(leaks(it, first.request.callId)).toEqual([])
  await it.close()
})

test('a listener of its own for the inside is not told outside, and each side is spoken to from its own', async () => {
  const it = await rig({
    hiding: everything,
    listen: [
      'udp:203.0.113.1:5060',
      { transport: 'UDP', address: '10.0.0.5', port: 5060, zone: 'inside' },
    ],
  })
  const [backend] = it.backends
  const call = it.caller.call(bob)
  await it.network.run(200)
  expect(call.outcome).toBe(200)
  expect(call.final?.headers.values('Record-Route')).toHaveLength(1)
  expect(backend!.invitations[0]!.request.via.host).toBe('10.0.0.5')
  const theirs = backend!.invitations[0]!.send('INFO')
  const bye = call.bye()
  await it.network.run(200)
  expect([theirs.outcome, bye.outcome]).toEqual([200, 200])
  expect(backend!.seen.at(-1)!.request.via.host).toBe('10.0.0.5')
  const outward = backend!.call(it.other.uri, { proxy: 'UDP:10.0.0.5:5060' })
  await it.network.run(200)
  expect(outward.outcome).toBe(200)
  const [incoming] = it.other.invitations
  expect(incoming?.request.headers.values('Record-Route')).toHaveLength(1)
  const back = incoming!.bye()
  await it.network.run(200)
  expect(back.outcome).toBe(200)
  expect(backend!.seen.at(-1)!.request.via.host).toBe('10.0.0.5')
  expect(leaks(it)).toEqual([])
  await it.close()
})

test.each([{}, everything])('TLS outside and UDP inside, with %j', async (hiding) => {
  const it = await rig({ hiding, listen: ['udp:203.0.113.1:5060', 'tls:203.0.113.1:5061'] })
  const caller = await Phone.at(it.network, {
    at: 'TLS:198.51.100.9:5061',
    proxy: 'TLS:203.0.113.1:5061',
  })
  const call = caller.call(bob)
  await it.network.run(300)
  expect(call.outcome).toBe(200)
  expect(call.final?.headers.values('Record-Route')).toHaveLength(1)
  const theirs = it.backends[0]!.invitations[0]!.send('INFO')
  await it.network.run(300)
  expect(theirs.outcome).toBe(200)
  const bye = call.bye()
  await it.network.run(300)
  expect(bye.outcome).toBe(200)
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('a backend hangs up before the outside has answered', async () => {
  const it = await rig({ hiding: everything })
  const callee = await Phone.at(it.network, {
    at: 'UDP:198.51.100.20:5060',
    answer: [{ status: 180 }],
  })
  const call = it.backends[0]!.call(callee.uri, { headers: telltale })
  await it.network.run(100)
  call.cancel()
  await it.network.run(300)
  expect(call.outcome).toBe(487)
  expect(callee.received.some(({ cancelled }) => cancelled)).toBe(true)
  expect(leaks(it, call.request.callId, call.request.fromTag!)).toEqual([])
  await it.close()
})

test('keys rotate in mid-call: what the old one sealed is opened, and sealed anew', async () => {
  const hiding = { ...everything, key: ['the first key of this edge'] }
  const it = await rig({ hiding })
  const call = it.caller.call(bob)
  await it.network.run(200)
  const before = call.dialogs[0]!.target
  hiding.key.unshift('the second key of this edge')
  await it.restart()
  const reinvite = call.reinvite()
  await it.network.run(200)
  expect(reinvite.outcome).toBe(200)
  expect(reinvite.final?.headers.get('Contact')).not.toBe(`<${before}>`)
  await it.close()
})

test('another node with the same key opens what this one sealed', async () => {
  const one = await rig()
  const call = one.caller.call(bob)
  await one.network.run(200)
  const { target } = call.dialogs[0]!
  const other = await rig()
  const second = other.caller.call(target)
  await other.network.run(200)
  expect(second.outcome).toBe(200)
  expect(other.backends[0]!.invitations[0]!.request.uri).toBe(other.backends[0]!.uri)
  await Promise.all([one.close(), other.close()])
})

test('a backend that is told a token reaches the other one', async () => {
  const it = await rig({ backends: [[saying(200)], [saying(200)]] })
  const call = it.caller.call(bob)
  await it.network.run(200)
  const inner = it.backends[1]!.call(call.dialogs[0]!.target)
  await it.network.run(200)
  expect(inner.outcome).toBe(200)
  expect(it.backends[0]!.invitations[1]?.request.uri).toBe(it.backends[0]!.uri)
  expect(it.backends[0]!.invitations[1]?.request.headers.values('Via')).toHaveLength(2)
  await it.close()
})

test('a token of another edge is none of ours: it passes', async () => {
  const it = await rig()
  const token = `sip:th1-${'A'.repeat(48)}@other-edge.example`
  const call = it.caller.call(token, { headers: { 'Refer-To': `<${token}>` } })
  await it.network.run(200)
  expect(call.outcome).toBe(200)
  const { request } = it.backends[0]!.invitations[0]!
  expect([request.uri, request.headers.get('Refer-To')]).toEqual([token, `<${token}>`])
  await it.close()
})

test('a stranger names no backend in Record-Route, and no way to a registrar. security.md row 20', async () => {
  const it = await rig()
  const call = it.caller.call(bob, {
    headers: { 'Record-Route': '<sip:10.0.0.12;lr>, <sip:proxy.example.com;lr>' },
  })
  await it.network.run(200)
  expect(call.outcome).toBe(200)
  const { headers } = it.backends[0]!.invitations[0]!.request
  expect(headers.values('Record-Route').slice(1)).toEqual(['<sip:proxy.example.com;lr>'])
  await it.close()
})

test('malformed headers of a stranger that name no token pass as they are, those that do are refused', async () => {
  const it = await rig()
  const passes = it.caller.call(bob, { headers: { 'Refer-To': 'rubbish<', Replaces: ';;;' } })
  const refused = it.caller.call(bob, { headers: { 'Refer-To': '<sip:th1-x@203.0.113.1' } })
  await it.network.run(300)
  expect(passes.outcome).toBe(200)
  expect(refused.outcome).toBe(400)
  await it.close()
})

test('a REFER is told of the outcome without a word of who had it. RFC 3515 §2.4.5', async () => {
  const it = await rig()
  const call = it.caller.call(bob)
  await it.network.run(200)
  const dialog = it.backends[0]!.invitations[0]!.dialog!
  it.backends[0]!.sendWithin(dialog, 'NOTIFY', {
    headers: { 'Content-Type': 'message/sipfrag;version=2.0', Event: 'refer', ...telltale },
    body: 'SIP/2.0 486 FreeSWITCH is busy\r\nServer: FreeSWITCH\r\nContact: <sip:10.0.0.12>\r\n',
  })
  await it.network.run(200)
  expect(it.caller.seen.at(-1)!.request.body).toBe('SIP/2.0 486 Busy Here\r\n')
  expect(leaks(it)).toEqual([])
  expect(call.outcome).toBe(200)
  await it.close()
})

test('by option a session description says neither owner nor name; media stays where it is', async () => {
  const body =
    'v=0\r\no=FreeSWITCH 77 78 IN IP4 10.0.0.11\r\ns=FreeSWITCH\r\nc=IN IP4 10.0.0.11\r\nt=0 0\r\n'
  const headers = { 'Content-Type': 'application/sdp' }
  const it = await rig({ hiding: { sdp: true }, backends: [[saying(200, { headers, body })]] })
  const call = it.caller.call(bob)
  await it.network.run(200)
  expect(call.final?.body).toBe(
    'v=0\r\no=- 77 78 IN IP4 203.0.113.1\r\ns=-\r\nc=IN IP4 10.0.0.11\r\nt=0 0\r\n',
  )
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('what a stranger says of himself passes both ways unchanged', async () => {
  const it = await rig({ hiding: everything })
  const headers = { 'User-Agent': 'Phone/1', Diversion: '<sip:a@198.51.100.7>', 'X-Mine': 'y' }
  const call = it.caller.call(bob, { headers })
  await it.network.run(200)
  const { request } = it.backends[0]!.invitations[0]!
  for (const [name, value] of Object.entries(headers)) expect(request.headers.get(name)).toBe(value)
  expect(call.final?.headers.get('From')).toBe(call.request.headers.get('From'))
  expect(call.final?.callId).toBe(call.request.callId)
  await it.close()
})

test('an answer costs hardly more octets than without hiding', async () => {
  const steps: AnswerStep[] = [{ status: 200 }]
  const sizes: number[] = []
  for (const callId of [false, true]) {
    const it = await rig({ hiding: { callId, tags: callId }, backends: [steps] })
    const call = it.caller.call(bob)
    await it.network.run(200)
    expect(call.outcome).toBe(200)
    const plain = it.network.trace.find(
      ({ from, text }) => from === '10.0.0.11:5060' && text.startsWith('SIP/2.0 200'),
    )!
    sizes.push(outsideBytes(it) - plain.text.length)
    await it.close()
  }
  for (const size of sizes) expect(size).toBeLessThan(60)
})

test('requests made here and refusals are named as the sender named them', async () => {
  const it = await rig({ hiding: everything })
  const unknown = it.caller.send('BYE', 'sip:bob@203.0.113.1', {
    headers: { To: `<${bob}>;tag=none` },
  })
  await it.network.run(200)
  expect(unknown.outcome).toBe(481)
  expect(unknown.final?.callId).toBe(unknown.request.callId)
  expect(unknown.final?.headers.get('To')).toBe(`<${bob}>;tag=none`)
  expect(edge).toContain('203.0.113.1')
  await it.close()
})
