import { expect, test } from '@jest/globals'
import { leaks, rig, saying } from './rig.js'

const bob = 'sip:bob@203.0.113.1'

test('a call from outside: nothing that goes to the caller names its backend, and every request arrives', async () => {
  const it = await rig()
  const [backend] = it.backends
  const call = it.caller.call(bob)
  await it.network.run(200)
  expect(call.statuses).toEqual([100, 180, 200])
  expect(backend?.count('ACK')).toBe(1)
  const reinvite = call.reinvite()
  await it.network.run(200)
  expect(reinvite.outcome).toBe(200)
  expect(backend?.count('ACK')).toBe(2)
  const info = call.send('INFO')
  const update = call.send('UPDATE')
  await it.network.run(200)
  const [invitation] = backend!.invitations
  const theirs = invitation!.send('INFO')
  await it.network.run(200)
  expect([info.outcome, update.outcome, theirs.outcome]).toEqual([200, 200, 200])
  const bye = call.bye()
  await it.network.run(200)
  expect(bye.outcome).toBe(200)
  expect(backend?.seen.every(({ request }) => request.uri.includes('th1-'))).toBe(false)
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('the backend hangs up', async () => {
  const it = await rig()
  const call = it.caller.call(bob)
  await it.network.run(200)
  const bye = it.backends[0]!.invitations[0]!.bye()
  await it.network.run(200)
  expect(call.outcome).toBe(200)
  expect(bye.outcome).toBe(200)
  expect(it.caller.count('BYE')).toBe(1)
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('the backend is asked by the URI and with the Contact that it gave', async () => {
  const it = await rig()
  const call = it.caller.call(bob)
  await it.network.run(200)
  call.bye()
  await it.network.run(200)
  const [ack, bye] = it.backends[0]!.seen.slice(-2)
  expect(ack?.request.uri).toBe(it.backends[0]!.uri)
  expect(bye?.request.uri).toBe(it.backends[0]!.uri)
  await it.close()
})

test.each([false, true])('a call from inside to outside, callId: %s', async (callId) => {
  const it = await rig({ hiding: { callId, tags: callId } })
  const [backend] = it.backends
  const call = backend!.call(it.caller.uri, {
    headers: { 'User-Agent': 'FreeSWITCH' },
  })
  await it.network.run(200)
  expect(call.statuses).toEqual([100, 200])
  const [incoming] = it.caller.invitations
  expect(incoming?.request.headers.values('Via')).toHaveLength(1)
  expect(incoming?.request.headers.values('Record-Route')).toHaveLength(1)
  expect(it.caller.count('ACK')).toBe(1)
  const names = callId ? [call.request.callId, call.request.fromTag!] : []
  const reinvite = call.reinvite()
  await it.network.run(200)
  expect(reinvite.outcome).toBe(200)
  call.bye()
  await it.network.run(200)
  expect(it.caller.count('BYE')).toBe(1)
  expect(leaks(it, ...names)).toEqual([])
  await it.close()
})

test('a request of the outside in a call from inside goes along the routers of the inside', async () => {
  const it = await rig({ hiding: { callId: true, tags: true } })
  const [backend] = it.backends
  const router = '<sip:10.0.0.11;lr;name=router>'
  const call = backend!.call(it.caller.uri, { headers: { 'Record-Route': router } })
  await it.network.run(200)
  expect(call.final?.headers.values('Record-Route').slice(1)).toEqual([router])
  const bye = it.caller.invitations[0]!.bye()
  await it.network.run(200)
  expect(bye.outcome).toBe(200)
  const { request } = backend!.seen.at(-1)!
  expect(request.method).toBe('BYE')
  expect(request.headers.values('Route')).toEqual([router])
  expect(request.uri).toBe(backend!.uri)
  expect(request.callId).toBe(call.request.callId)
  expect(request.toTag).toBe(call.request.fromTag)
  expect(request.to.uri).toBe(call.request.from.uri)
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('with callId: true both sides keep their own name of the call', async () => {
  const it = await rig({ hiding: { callId: true, tags: true } })
  const [backend] = it.backends
  const call = it.caller.call(bob)
  await it.network.run(200)
  const inside = backend!.invitations[0]!.request
  expect(inside.callId).toBe(`th1.${call.request.callId}`)
  expect(call.final?.toTag).toMatch(/^th1-/)
  call.bye()
  await it.network.run(200)
  expect(backend!.seen.at(-1)!.request.callId).toBe(inside.callId)
  await it.close()
})

test('a restart in mid-call loses nothing but the process: the key opens all', async () => {
  const it = await rig({ hiding: { callId: true, tags: true } })
  const outward = it.backends[0]!.call(it.caller.uri, {
    headers: { 'Record-Route': '<sip:10.0.0.11;lr>' },
  })
  const inward = it.caller.call(bob)
  await it.network.run(200)
  await it.restart()
  const reinvite = inward.reinvite()
  const theirs = it.caller.invitations[0]!.bye()
  await it.network.run(300)
  expect([reinvite.outcome, theirs.outcome]).toEqual([200, 200])
  const bye = inward.bye()
  await it.network.run(300)
  expect(bye.outcome).toBe(200)
  expect(outward.outcome).toBe(200)
  expect(leaks(it, outward.request.callId)).toEqual([])
  await it.close()
})

test.each([302, 404, 486, 603])('a %i tells nothing of who refused', async (status) => {
  const contact = '<sip:1001@10.0.0.12:5070>, <sip:bob@example.com>'
  const it = await rig({ backends: [[saying(status, { headers: { Contact: contact } })]] })
  const call = it.caller.call(bob)
  await it.network.run(500)
  expect(call.statuses.at(-1)).toBe(status)
  expect(call.final?.headers.get('Warning')).toMatch(/^399 203\.0\.113\.1:5060 "Misc/)
  expect(call.final?.headers.values('Contact').at(-1)).toBe('<sip:bob@example.com>')
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('a redirection to a backend is followed to that backend', async () => {
  const redirect = [saying(302, { headers: { Contact: '<sip:1001@10.0.0.12>' } })]
  const it = await rig({ backends: [redirect, [saying(200)]] })
  const call = it.caller.call(bob)
  await it.network.run(500)
  const target = /<(.*)>/.exec(call.final?.headers.get('Contact') ?? '')?.[1] ?? ''
  const second = it.caller.call(target)
  await it.network.run(500)
  expect(second.outcome).toBe(200)
  expect(it.backends[1]!.invitations[0]?.request.uri).toBe('sip:1001@10.0.0.12')
  second.bye()
  await it.network.run(500)
  expect(it.backends[1]!.count('BYE')).toBe(1)
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('a call that is cancelled, and one whose answers are lost and sent again', async () => {
  const it = await rig({ backends: [[saying(180)]] })
  const call = it.caller.call(bob)
  await it.network.run(100)
  call.cancel()
  await it.network.run(500)
  expect(call.outcome).toBe(487)
  expect(it.backends[0]!.received.some(({ cancelled }) => cancelled)).toBe(true)
  expect(leaks(it)).toEqual([])
  await it.close()

  const lossy = await rig()
  lossy.network.impair('203.0.113.1', '198.51.100.7', { loss: 0.4 })
  lossy.network.impair('198.51.100.7', '203.0.113.1', { loss: 0.4 })
  const second = lossy.caller.call(bob)
  await lossy.network.run(10_000)
  expect(second.outcome).toBe(200)
  expect(lossy.backends[0]!.count('ACK')).toBeGreaterThan(0)
  const contacts = second.seen.map(({ response }) => response.headers.get('Contact'))
  expect(new Set(contacts.filter((contact) => contact !== undefined)).size).toBe(1)
  expect(leaks(lossy)).toEqual([])
  await lossy.close()
})

test('forked: several 2xx, each with its own backend behind it. RFC 3261 §13.2.2.4', async () => {
  const it = await rig({
    backends: [[saying(200, { afterMs: 10 })], [saying(200, { afterMs: 10 })]],
    fork: true,
  })
  const call = it.caller.call(bob)
  await it.network.run(1_000)
  expect(call.dialogs).toHaveLength(2)
  for (const dialog of call.dialogs) call.bye(dialog)
  await it.network.run(500)
  for (const backend of it.backends) {
    expect(backend.count('ACK')).toBe(1)
    expect(backend.count('BYE')).toBe(1)
  }
  expect(leaks(it)).toEqual([])
  await it.close()
})

test('a tampered or foreign token is refused: 404, within a dialog 481', async () => {
  const it = await rig()
  const call = it.caller.call(bob)
  await it.network.run(200)
  const dialog = call.dialogs[0]!
  const tampered = dialog.target.replace(/th1-.(.)/, (_, digit: string) => `th1-A${digit}`)
  const foreign = it.caller.send('OPTIONS', tampered)
  const bye = call.bye({ ...dialog, target: tampered })
  await it.network.run(500)
  expect([foreign.outcome, bye.outcome]).toEqual([404, 481])
  expect(it.backends[0]!.count('BYE')).toBe(0)
  const genuine = call.bye()
  await it.network.run(500)
  expect(genuine.outcome).toBe(200)
  await it.close()
})

test('REFER with Replaces: the outside is sent to a backend by a token, and names the call as the inside does', async () => {
  const it = await rig({
    hiding: { callId: true, tags: true },
    backends: [[saying(200)], [saying(200)]],
  })
  const [first, second] = it.backends
  const consulting = second!.call(it.other.uri)
  const call = it.caller.call(bob)
  await it.network.run(200)
  const { callId, fromTag } = consulting.request
  const toTag = consulting.final!.toTag!
  const replaces = encodeURIComponent(`${callId};to-tag=${toTag};from-tag=${fromTag ?? ''}`)
  const dialog = first!.invitations[0]!.dialog!
  const refer = first!.sendWithin(dialog, 'REFER', {
    headers: { 'Refer-To': `<sip:1001@10.0.0.12:5060?Replaces=${replaces}>` },
  })
  await it.network.run(200)
  expect(refer.outcome).toBe(200)
  const referTo = it.caller.seen.at(-1)!.request.headers.get('Refer-To') ?? ''
  const [, target = '', escaped = ''] = /<(.*)\?Replaces=(.*)>/.exec(referTo) ?? []
  const outside = it.other.invitations[0]!.request
  expect(decodeURIComponent(escaped).startsWith(`${outside.callId};`)).toBe(true)
  expect(decodeURIComponent(escaped)).toContain(`from-tag=${outside.fromTag ?? ''}`)
  const transferred = it.caller.call(target, { headers: { Replaces: decodeURIComponent(escaped) } })
  await it.network.run(300)
  expect(transferred.outcome).toBe(200)
  const arrived = second!.invitations[0]!.request
  expect(arrived.uri).toBe('sip:1001@10.0.0.12:5060')
  expect(arrived.headers.get('Replaces')).toBe(decodeURIComponent(replaces))
  expect(call.outcome).toBe(200)
  expect(leaks(it, callId, fromTag!)).toEqual([])
  await it.close()
})
