/** What a plugin learns of handlers, and what it lets others read. */
import { expect, test } from '@jest/globals'
import {
  createApp,
  type FailureContext,
  type Handled,
  type Host,
  OnFailure,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
} from '@sipwright/framework'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

@Routes()
class Edge {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    return ctx.relay({ uri: 'sip:10.0.0.1', role: 'next-hop' })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.forward()
  }

  @OnRequest('MESSAGE')
  async message(ctx: RequestContext): Promise<Handled> {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return ctx.reply(202)
  }

  @OnRequest('REFER')
  refer(): Handled {
    throw new Error('a bug')
  }
}

async function watched(watch: (host: Host) => void) {
  const plugin: Plugin = { name: 'watcher', requires: [], setup: watch }
  return createApp({ plugins: [plugin], routes: [Edge], log: quiet })
}

test('a plugin is told which handler decided and how long it took, waiting and failing ones too', async () => {
  const told: [string, number][] = []
  const app = await watched((host) => host.onHandler((...each) => told.push(each)))
  await app.inject(
    { method: 'INVITE', uri: 'sip:bob@example.com' },
    { backends: { 'sip:10.0.0.1': 486 } },
  )
  await app.inject({ method: 'MESSAGE', uri: 'sip:bob@example.com' })
  expect((await app.inject({ method: 'REFER', uri: 'sip:bob@example.com' })).status).toBe(500)
  expect(told.map(([handler]) => handler)).toEqual([
    ...['Edge.invite', 'Edge.failed', 'Edge.message', 'Edge.refer'],
  ])
  expect(told[2]![1]).toBeGreaterThanOrEqual(29)
})

test('what a plugin counts is among the figures, as it is when somebody asks', async () => {
  let sent = 1
  let figures: Host['figures'] | undefined
  const app = await watched((host) => {
    host.addCounters('packets', 'Packets.', () => ({ sent, lost: 0 }))
    figures = () => host.figures()
  })
  sent = 5
  expect(figures?.().plugins).toEqual([
    { name: 'packets', help: 'Packets.', values: { sent: 5, lost: 0 } },
  ])
  await app.close()
})
