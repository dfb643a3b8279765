import { afterEach, expect, test } from '@jest/globals'
import { trace } from '@sipwright/plugin-trace'
import { administered, asked, FarEnd, inviteFrom, type Rig, tokens } from '../rig.js'

const token = tokens.operate
let rig: Rig | undefined
const farEnds: FarEnd[] = []

afterEach(async () => {
  await rig?.close()
  rig = undefined
  for (const end of farEnds.splice(0)) end.close()
})

async function calling(callIds: readonly string[]) {
  rig = await administered({ also: [trace({})] })
  const caller = await FarEnd.open()
  farEnds.push(caller)
  const { port } = rig.app.listeners[0]!
  for (const callId of callIds) {
    caller.send(inviteFrom(caller.port, callId), port)
    while (!caller.heard.some((text) => text.includes(`Call-ID: ${callId}\r\n`))) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  return { caller, port, ask: rig.ask, url: rig.url }
}

test('without the plugin the answer is 404 and says which one is missing', async () => {
  rig = await administered()
  for (const path of ['', '/0-1', '/0-1/text', '/0-1/pcap']) {
    const { status, body } = await rig.ask('GET', `/api/v1/traces${path}`, { token })
    expect(status).toBe(404)
    expect(body).toMatchObject({ detail: 'there is no plugin trace here' })
  }
})

test('pages follow each other by their cursor, newest first, none twice', async () => {
  const { ask } = await calling(['one', 'two', 'three'])
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; page < 3; page++) {
    const { body } = await ask('GET', `/api/v1/traces?limit=1${cursor}`, { token })
    const { traces, next } = body as { traces: { callId: string }[]; next: string | null }
    seen.push(...traces.map(({ callId }) => callId))
    expect(next === null).toBe(page === 2)
    cursor = `&cursor=${encodeURIComponent(next ?? '')}`
  }
  expect(seen).toEqual(['three', 'two', 'one'])
})

test('who listens to traces hears what happens to each of them, with scope operate', async () => {
  const { caller, port, url } = await calling(['one'])
  const headers = (scope: keyof typeof tokens) => ({ authorization: `Bearer ${tokens[scope]}` })
  const events = `${url}/api/v1/events?topics=traces`
  expect((await asked(events, 'GET', { token: tokens.read })).status).toBe(403)
  const end = new AbortController()
  const { body } = await fetch(events, { headers: headers('operate'), signal: end.signal })
  const calls = setInterval(() => {
    caller.send(inviteFrom(caller.port, `later-${caller.heard.length}`), port)
  }, 100)
  let heard = ''
  try {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      heard += chunk
      if (heard.includes('event: traces')) break
    }
  } finally {
    clearInterval(calls)
    end.abort()
  }
  const data = /event: traces\ndata: (.*)\n/.exec(heard)?.[1]
  expect(JSON.parse(data ?? '')).toMatchObject({
    id: expect.stringMatching(/^0-\d+$/),
    destination: expect.stringMatching(/^fs[12]$/),
  })
})
