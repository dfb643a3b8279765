import { afterEach, expect, test } from '@jest/globals'
import { createApp } from '@sipwright/framework'
import { type TestWorker, testWorkers } from '@sipwright/framework/testing'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { AdminServer } from '#src/http/server.js'
import { admin } from '#src/plugin.js'
import { administered, asked, type Rig, sets, tokens } from '../rig.js'

const fs1 = '/api/v1/dispatcher/sets/1/destinations/fs1'
const token = tokens.admin

let rig: Rig | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
})

test('a drained destination gets no new request, as explain says, until it is undrained', async () => {
  rig = await administered()
  const { ask } = rig
  const explained = async () => {
    const { body } = await ask('GET', '/api/v1/dispatcher/explain?set=1', { token })
    return body as { candidates: { id: string }[]; excluded: { id: string; why: string }[] }
  }
  await ask('POST', `${fs1}/actions/drain`, { token, body: { reason: 'kernel' } })
  const drained = await explained()
  expect(drained.candidates.map(({ id }) => id)).toEqual(['fs2'])
  expect(drained.excluded).toMatchObject([{ id: 'fs1', why: 'set to drain' }])
  await ask('POST', `${fs1}/actions/undrain`, { token })
  expect((await explained()).candidates.map(({ id }) => id)).toEqual(['fs1', 'fs2'])
})

test('a change by somebody who has not seen the last one is refused: If-Match', async () => {
  rig = await administered()
  const { ask } = rig
  const seen = String((await ask('GET', fs1, { token })).headers['etag'])
  const headers = { 'if-match': seen }
  const first = await ask('PATCH', fs1, { token, headers, body: { weight: 10 } })
  expect(first.status).toBe(200)
  expect(first.headers['etag']).not.toBe(seen)
  const second = await ask('PATCH', fs1, { token, headers, body: { weight: 20 } })
  expect(second).toMatchObject({ status: 412, body: { code: 'SIPW_ERR_SET_REVISION' } })
  const reload = await ask('POST', '/api/v1/dispatcher/reload', { token, headers })
  expect(reload.status).toBe(412)
  const any = { 'if-match': '*' }
  expect((await ask('PATCH', fs1, { token, headers: any, body: { weight: 20 } })).status).toBe(200)
  const audit = await ask('GET', '/api/v1/audit', { token })
  expect(audit.body).toMatchObject({
    entries: [
      { action: 'destination.change', outcome: 'done', before: { weight: 10 } },
      { action: 'dispatcher.reload', outcome: 'refused' },
      {
        action: 'destination.change',
        outcome: 'refused',
        error: expect.stringContaining(seen.slice(1, 13)),
      },
      { action: 'destination.change', outcome: 'done', after: { weight: 10 } },
    ],
  })
  expect(rig.log.filter(({ text }) => text === 'changed by an operator')).toHaveLength(4)
})

test('a path whose plugin is not there says so', async () => {
  rig = await administered({ plugins: [] })
  const { body, status } = await rig.ask('GET', '/api/v1/dispatcher/sets', { token })
  expect({ status, body }).toMatchObject({
    status: 404,
    body: { code: 'SIPW_ERR_ADMIN_ABSENT', detail: 'there is no plugin dispatcher here' },
  })
  expect((await rig.ask('GET', '/api/v1/status', { token })).status).toBe(200)
})

test('of several workers the leading one serves; what it changes holds in all, and sums are of all', async () => {
  const [one, other] = testWorkers(2)
  const start = async (worker: TestWorker) => {
    const app = await createApp({
      plugins: [admin({ port: 0 }), dispatcher(sets)],
      log: { error() {}, warn() {}, info() {}, debug() {} },
      worker,
    })
    await app.listen('udp:127.0.0.1:0')
    return app
  }
  const apps = [await start(one!), await start(other!)] as const
  try {
    expect(apps.map((app) => app.resolve(AdminServer).url)).toEqual([undefined, undefined])
    one!.lead()
    const url = await servedAt(apps[0].resolve(AdminServer))
    expect(apps[1].resolve(AdminServer).url).toBeUndefined()
    await asked(`${url}${fs1}`, 'PATCH', { body: { weight: 9 } })
    await asked(`${url}${fs1}/actions/drain`, 'POST', { body: { reason: 'kernel' } })
    const there = apps[1].resolve(Dispatcher).sets()[0]!.destinations[0]!
    expect(there).toMatchObject({ id: 'fs1', weight: 9 })
    expect(there.state.adminWord).toMatchObject({ state: 'drain', reason: 'kernel', who: 'local' })
    there.load.calls = 3
    apps[0].resolve(Dispatcher).sets()[0]!.destinations[0]!.load.calls = 2
    const { body } = await asked(`${url}${fs1}`, 'GET', {})
    expect(body).toMatchObject({ load: { calls: 5 }, state: 'drain' })
    const status = await asked(`${url}/api/v1/status`, 'GET', {})
    expect(status.body).toMatchObject({ workers: { count: 2, answered: 2 } })
    const reload = await asked(`${url}/api/v1/dispatcher/reload`, 'POST', {})
    expect(reload.body).toMatchObject({ warnings: [] })
  } finally {
    for (const app of apps) await app.close()
  }
})

/** Whoever takes the lead binds the port a moment later. */
async function servedAt(server: AdminServer): Promise<string> {
  while (server.url === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  return server.url
}

test('what operators do is told as it happens, to who may hear it', async () => {
  rig = await administered()
  const stream = await fetch(`${rig.url}/api/v1/events?topics=dispatcher,audit,security`, {
    headers: { authorization: `Bearer ${tokens.operate}` },
  })
  await rig.ask('POST', `${fs1}/actions/drain`, { token, body: { reason: 'kernel' } })
  const ban = { address: '192.0.2.1', reason: 'fraud', seconds: 60 }
  await rig.ask('POST', '/api/v1/bans', { token, body: ban })
  let text = ''
  for await (const chunk of stream.body!) {
    text += Buffer.from(chunk as Uint8Array).toString()
    if (text.includes('"ban.add"')) break
  }
  expect(text).toMatch(/event: dispatcher\ndata: \{"kind":"down","set":"1","id":"fs1"/)
  expect(text).toMatch(/event: security\ndata: \{"kind":"banned","source":"192.0.2.1"/)
  expect(text).toMatch(/event: audit\ndata: .*"destination.drain"/)
})
