import { expect, test } from '@jest/globals'
import {
  createApp,
  type FailureContext,
  type Handled,
  OnCancel,
  OnFailure,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
  type Target,
} from '@sipwright/framework'

const hopTo = (uri: string): Target => ({ uri, role: 'next-hop' })
const bob = { method: 'INVITE', uri: 'sip:bob@example.com' }

@Routes()
class Serial {
  cancelled = 0

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay([hopTo('sip:a'), hopTo('sip:b'), hopTo('sip:c')], { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.timedOut || ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }

  @OnCancel('INVITE')
  hungUp(): void {
    this.cancelled++
  }
}

@Routes()
class Answers {
  @OnRequest('OPTIONS')
  options(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }

  @OnRequest('INVITE')
  throws(): Handled {
    throw new Error('a bug')
  }

  @OnRequest('MESSAGE')
  never(): Promise<Handled> {
    return new Promise(() => undefined)
  }

  @OnRequest('REFER')
  async asks(ctx: RequestContext): Promise<Handled> {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return ctx.reply(202)
  }

  @OnRequest('PUBLISH')
  forks(ctx: RequestContext): Handled {
    return ctx.fork(['sip:desk@a', 'sip:mobile@b'])
  }
}

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

test('a relay walks its targets in order until one accepts', async () => {
  const app = await createApp({ routes: [Serial], log: quiet })
  const call = await app.inject(bob, {
    backends: {
      'sip:a': 'timeout',
      'sip:b': 503,
      'sip:c': [{ status: 180 }, { status: 200, afterMs: 3_000 }],
    },
  })
  expect(call.status).toBe(200)
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:a', 'sip:b', 'sip:c'])
  expect(call.branches.map(({ status }) => status)).toEqual([408, 503, 200])
  expect(call.elapsedMs).toBe(5_000)
  expect(call.responses.map(({ status }) => status)).toEqual([100, 180, 200])
  expect(app.transactions).toBe(0)
})

test('what reaches a backend has our Via, Record-Route and one Max-Forwards less (§16.6)', async () => {
  const app = await createApp({ routes: [Serial], log: quiet })
  const { branches } = await app.inject(bob)
  const { headers, uri } = branches[0]!.request!
  expect(uri).toBe('sip:bob@example.com')
  expect(headers.get('Max-Forwards')).toBe('69')
  expect(headers.get('Record-Route')).toMatch(/^<sip:192\.0\.2\.1:5060;lr;dlg=[0-9a-f]{24}>$/)
  expect(headers.values('Via')).toHaveLength(2)
})

test('a refused connection counts as 503 at once (§16.9)', async () => {
  const app = await createApp({ routes: [Serial], log: quiet })
  const call = await app.inject(bob, { backends: { 'sip:a': 'refused' } })
  expect([call.status, call.elapsedMs]).toEqual([200, 0])
  expect(call.branches.map(({ status }) => status)).toEqual([503, 200])
})

test('a caller who hangs up is answered 487 and the ringing target is cancelled (§16.10)', async () => {
  const app = await createApp({ routes: [Serial], log: quiet })
  const call = await app.inject(bob, {
    backends: { 'sip:a': [{ status: 180 }, { status: 200, afterMs: 30_000 }] },
    cancelAfterMs: 500,
  })
  expect([call.status, call.elapsedMs]).toEqual([487, 500])
  expect(call.branches).toHaveLength(1)
})

test('a call can be given up by others as by its caller: 487, and the target is cancelled (§16.10)', async () => {
  const given: boolean[] = []
  const operator: Plugin = {
    name: 'operator',
    requires: [],
    setup: (host) =>
      host.onRequest((ctx) => {
        host.clock.after(700, () => given.push(ctx.hangUp(), ctx.hangUp()))
        return undefined
      }),
  }
  const app = await createApp({ plugins: [operator], routes: [Serial], log: quiet })
  const call = await app.inject(bob, {
    backends: { 'sip:a': [{ status: 180 }, { status: 200, afterMs: 30_000 }] },
  })
  expect([call.status, call.elapsedMs]).toEqual([487, 700])
  expect(call.branches).toHaveLength(1)
  expect(given).toEqual([true, false])

  const answered = await app.inject(bob, { backends: { 'sip:a': 200 } })
  expect(answered.status).toBe(200)
  expect(app.transactions).toBe(0)
})

test('when every target is busy with 503 the caller gets 500 (§16.7 step 6)', async () => {
  const app = await createApp({ routes: [Serial], log: quiet })
  const call = await app.inject(bob, { backends: { 'sip:a': 503, 'sip:b': 503, 'sip:c': 503 } })
  expect(call.status).toBe(500)
})

test('a handler that throws answers 500, and one that never answers is cut off with 500', async () => {
  const app = await createApp({ routes: [Answers], log: quiet })
  expect((await app.inject(bob)).status).toBe(500)
  const silent = await app.inject(
    { method: 'MESSAGE', uri: 'sip:bob@example.com' },
    { outsideMs: 0 },
  )
  expect([silent.status, silent.elapsedMs]).toEqual([500, 10_000])
})

test('a handler may ask the outside, which takes real time and no virtual one', async () => {
  const app = await createApp({ routes: [Answers], log: quiet })
  const call = await app.inject({ method: 'REFER', uri: 'sip:bob@example.com' })
  expect([call.status, call.elapsedMs]).toEqual([202, 0])
})

test('a method that nobody handles gets 404, one that is handled its answer', async () => {
  const app = await createApp({ routes: [Answers], log: quiet })
  expect((await app.inject({ method: 'SUBSCRIBE', uri: 'sip:bob@example.com' })).status).toBe(404)
  expect((await app.inject({ method: 'OPTIONS', uri: 'sip:bob@example.com' })).status).toBe(200)
})

test('a fork tries all targets at once and passes on the first 2xx (§16.7)', async () => {
  const app = await createApp({ routes: [Answers], log: quiet })
  const call = await app.inject(
    { method: 'PUBLISH', uri: 'sip:bob@example.com' },
    { backends: { 'sip:a': [{ status: 200, afterMs: 500 }], 'sip:b': 404 } },
  )
  expect([call.status, call.elapsedMs]).toEqual([200, 500])
  expect(call.branches.map(({ request }) => request?.uri)).toEqual(['sip:desk@a', 'sip:mobile@b'])
})
