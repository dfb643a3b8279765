import { afterEach, expect, test } from '@jest/globals'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { administered, answerTo, FarEnd, inviteFrom, type Rig, tokens } from '../rig.js'

const token = tokens.operate
const farEnds: FarEnd[] = []
let rig: Rig | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
  for (const end of farEnds.splice(0)) end.close()
})

/** An edge, a caller and a backend that has heard his INVITE. */
async function calling() {
  rig = await administered()
  const [backend, caller] = [await FarEnd.open(), await FarEnd.open()]
  farEnds.push(backend, caller)
  await rig.app.resolve(Dispatcher).change(1, 'fs1', { uri: `sip:127.0.0.1:${backend.port}` })
  const { port } = rig.app.listeners[0]!
  caller.send(inviteFrom(caller.port, 'one'), port)
  const invite = await backend.hears('INVITE')
  const { ask } = rig
  const call = async () => (await ask('GET', '/api/v1/calls/0-1', { token })).body
  return { ask, backend, caller, invite, port, call }
}

test('a call is shown as it goes: calling, ringing, up, over', async () => {
  const { ask, backend, caller, invite, port, call } = await calling()
  expect(await call()).toMatchObject({ state: 'calling', destination: 'fs1' })
  backend.send(answerTo(invite, '180 Ringing'), port)
  await caller.hears('SIP/2.0 180')
  expect(await call()).toMatchObject({ state: 'ringing', answeredAt: null })
  backend.send(answerTo(invite, '200 OK'), port)
  const ok = await caller.hears('SIP/2.0 200')
  expect(await call()).toMatchObject({ state: 'up', answeredAt: expect.stringMatching(/^20/) })

  const ended = await ask('DELETE', '/api/v1/calls/0-1', { token })
  const detail = 'the call is up: only its parties can end it'
  expect(ended).toMatchObject({ status: 409, body: { detail } })

  const route = /^Record-Route: (.*)$/m.exec(ok)![1]!.trim()
  const bye = inviteFrom(caller.port, 'one')
    .replace('INVITE sip:bob@example.com', `BYE sip:bob@127.0.0.1:${backend.port}`)
    .replace('branch=z9hG4bKone', 'branch=z9hG4bKbye')
    .replace('To: <sip:bob@example.com>', `To: <sip:bob@example.com>;tag=b1\r\nRoute: ${route}`)
    .replace('1 INVITE', '2 BYE')
  caller.send(bye, port)
  const byeThere = await backend.hears('BYE')
  backend.send(answerTo(byeThere, '200 OK').replace(';tag=b1;tag=b1', ';tag=b1'), port)
  await caller.hears('SIP/2.0 200 OK')
  while (((await call()) as { status?: number }).status !== 404) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

test('a call that has no answer can be ended: its callee is cancelled, its caller gets 487 (RFC 3261 §16.10)', async () => {
  const { ask, backend, caller, invite, port } = await calling()
  backend.send(answerTo(invite, '180 Ringing'), port)
  await caller.hears('SIP/2.0 180')
  expect((await ask('DELETE', '/api/v1/calls/0-1', { token })).status).toBe(204)
  await backend.hears('CANCEL')
  backend.send(answerTo(invite, '487 Request Terminated'), port)
  await caller.hears('SIP/2.0 487')
  expect((await ask('GET', '/api/v1/calls', { token })).body).toMatchObject({ total: 0 })
})

test('no more calls are remembered than the bound says, and none with 0', async () => {
  rig = await administered({ admin: { maxCalls: 2 } })
  const [backend, caller] = [await FarEnd.open(), await FarEnd.open()]
  farEnds.push(backend, caller)
  await rig.app.resolve(Dispatcher).change(1, 'fs1', { uri: `sip:127.0.0.1:${backend.port}` })
  rig.app.resolve(Dispatcher).setAdminState(1, 'fs2', 'drain')
  for (const id of ['c1', 'c2', 'c3']) {
    caller.send(inviteFrom(caller.port, id), rig.app.listeners[0]!.port)
    while (!backend.heard.some((text) => text.includes(`Call-ID: ${id}\r\n`))) {
      await backend.hears('INVITE')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const { body } = await rig.ask('GET', '/api/v1/calls', { token })
  expect(body).toMatchObject({ total: 2, calls: [{ callId: 'c3' }, { callId: 'c2' }] })
  const filtered = await rig.ask('GET', '/api/v1/calls?to=nobody', { token })
  expect(filtered.body).toEqual({ total: 0, calls: [] })
})
