/** A small event socket of the test's own stands for FreeSWITCH: what it says of its sessions is what the probe must read. */
import { afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type App } from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { edge } from '#src/freeswitch-cluster.js'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** FreeSWITCH's event socket as far as it is used: it greets, takes a password, and tells its status. */
async function eventSocket(sessions: { inUse: number }): Promise<number> {
  const server = createServer((socket) => {
    socket.write('Content-Type: auth/request\n\n')
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      const text = data.toString()
      if (!text.includes('auth ClueCon\n')) return socket.end('Reply-Text: -ERR invalid\n\n')
      const status = `UP 0 years\n${sessions.inUse} session(s) - peak 90, last 5min 90\n100 session(s) max\n`
      socket.write('Content-Type: command/reply\nReply-Text: +OK accepted\n\n')
      socket.write(`Content-Type: api/response\nContent-Length: ${status.length}\n\n${status}`)
      return undefined
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function running(port: number): Promise<App> {
  const app = await edge(['sip:127.0.0.1:9'], port)
  ends.push(() => app.close())
  return app
}

test('a server whose sessions are nearly all in use gets no call, and says so', async () => {
  const sessions = { inUse: 20 }
  const app = await running(await eventSocket(sessions))
  const dispatcher = app.resolve(Dispatcher)
  await app.listen('udp:127.0.0.1:0')
  const changed = new Promise<string>((resolve) => {
    dispatcher.onChange(({ reason }) => resolve(reason))
  })
  sessions.inUse = 98
  await dispatcher.probeNow('freeswitch', 'sip:127.0.0.1:9')
  expect(await changed).toContain('event-socket: 98 of 100 sessions')
  expect(dispatcher.isActive('freeswitch', 'sip:127.0.0.1:9')).toBe(false)
})

test('a call that one server refuses goes to the other', async () => {
  const app = await edge()
  const call = await app.inject(
    { method: 'INVITE', uri: 'sip:600@example.com' },
    { backends: { 'sip:10.0.1.10': 503, 'sip:10.0.1.11': 503 } },
  )
  expect(call.branches.length).toBe(2)
})
