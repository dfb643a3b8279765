import { expect, test } from '@jest/globals'
import {
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { hep } from '@sipwright/plugin-trace'
import { AdminServer } from '#src/http/server.js'
import { admin } from '#src/plugin.js'
import { FarEnd, inviteFrom } from '../rig.js'

@Routes()
class Busy {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    return ctx.reply(486)
  }
}

test('handlers are timed by name, and what plugins count stands under their names', async () => {
  const app = await createApp({
    plugins: [admin({ port: 0 }), hep({ server: 'udp:127.0.0.1:9' })],
    routes: [Busy],
    log: { error() {}, warn() {}, info() {}, debug() {} },
  })
  await app.listen('udp:127.0.0.1:0')
  const caller = await FarEnd.open()
  caller.send(inviteFrom(caller.port, 'c1'), app.listeners[0]!.port)
  await caller.hears('SIP/2.0 486')
  const text = await (await fetch(`${app.resolve(AdminServer).url}/metrics`)).text()
  caller.close()
  await app.close()
  expect(text).toContain('sipwright_handler_duration_seconds_count{handler="Busy.invite"} 1\n')
  expect(text).toMatch(/^sipwright_hep_packets_total\{result="lost"\} 0$/m)
})
