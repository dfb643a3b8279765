import { expect, test } from '@jest/globals'
import { createApp, type Source } from '@sipwright/framework'
import { auth, AuthEvents } from '@sipwright/plugin-auth'
import { AdminServer } from '#src/http/server.js'
import { admin } from '#src/plugin.js'

test('credentials are counted by what became of them', async () => {
  const app = await createApp({
    plugins: [
      admin({ port: 0 }),
      auth({ digest: { realm: 'example.com', users: { alice: { password: 'x' } } } }),
    ],
    log: { error() {}, warn() {}, info() {}, debug() {} },
  })
  await app.listen('udp:127.0.0.1:0')
  const events = app.resolve(AuthEvents)
  const event = { source: {} as Source, user: 'alice', method: 'INVITE', now: 0 }
  events.succeeded(event)
  events.failed({ ...event, fault: 'wrong' })
  events.failed({ ...event, fault: 'wrong' })
  const text = await (await fetch(`${app.resolve(AdminServer).url}/metrics`)).text()
  await app.close()
  expect(text).toContain('sipwright_auth_total{result="right"} 1\n')
  expect(text).toContain('sipwright_auth_total{result="wrong"} 2\n')
})
