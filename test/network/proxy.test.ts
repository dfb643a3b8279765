/** What RFC 3261 §16 asks of a proxy, seen from both sides of a whole app. */
import { expect, test } from '@jest/globals'
import { type Handled, OnRequest, type RequestContext, Routes } from '@sipwright/framework'
import { Network, Phone } from '@sipwright/framework/testing'
import { bob, edge, linger, rig } from './rig.js'

const [deskUri, mobileUri] = ['sip:desk@192.0.2.11', 'sip:mobile@192.0.2.12']

@Routes()
class Forking {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.fork([deskUri, mobileUri])
  }
}

test('of two phones that ring, the one that does not answer is cancelled (§16.7 step 10)', async () => {
  const ringing = { status: 180 }
  const { network, app, caller, gateways } = await rig({
    gateways: [[ringing], [ringing, { status: 200, afterMs: 2_000 }]],
    routes: [Forking],
  })
  const call = caller.call(bob)
  await network.run(5_000)
  expect(call.statuses).toEqual([100, 180, 180, 200])
  expect(gateways[0]!.invitations[0]).toMatchObject({ cancelled: true, acknowledged: true })
  call.bye()
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test('when two phones answer at once both 2xx reach the caller (§16.7 step 5)', async () => {
  const { network, app, caller, gateways } = await rig({ gateways: [200, 200], routes: [Forking] })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.statuses).toEqual([100, 200, 200])
  expect(call.dialogs).toHaveLength(2)
  expect(gateways.map(({ invitations }) => invitations[0]?.acknowledged)).toEqual([true, true])
  const byes = call.dialogs.map((dialog) => call.bye(dialog))
  await network.run(1_000)
  expect(byes.map(({ outcome }) => outcome)).toEqual([200, 200])
  expect(gateways.map((gateway) => gateway.count('BYE'))).toEqual([1, 1])
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test('with a listener on each side both parties are spoken to from the side they know, whoever hangs up (RFC 5658 §6.2)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [200],
    app: { zones: { inside: ['192.0.2.11'] } },
    listen: [
      'udp:192.0.2.1:5060',
      { transport: 'udp', address: '192.0.2.2', port: 5060, zone: 'inside' },
    ],
  })
  const [one, two] = [caller.call(bob), caller.call(bob)]
  await network.run(1_000)
  one.bye()
  gateways[0]!.invitations[1]!.bye()
  await network.run(1_000)
  expect([one.outcome, two.outcome]).toEqual([200, 200])
  const [outside, inside] = ['192.0.2.1:5060', '192.0.2.2:5060']
  const pairs = network.trace.map(({ from, to }) => `${from} ${to}`)
  expect(new Set(pairs)).toEqual(
    new Set([
      `192.0.2.100:5060 ${outside}`,
      `${inside} 192.0.2.11:5060`,
      `192.0.2.11:5060 ${inside}`,
      `${outside} 192.0.2.100:5060`,
    ]),
  )
  expect(network.trace.filter(({ text }) => text.startsWith('BYE'))).toHaveLength(4)
})

test('a 6xx cancels the other branches and is the answer (§16.7 steps 5 and 10)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [[{ status: 180 }], [{ status: 603, afterMs: 500 }]],
    routes: [Forking],
  })
  const call = caller.call(bob)
  await network.run(5_000)
  expect(call.outcome).toBe(603)
  expect(gateways[0]!.invitations[0]?.cancelled).toBe(true)
})

test('more branches than Max-Breadth allows: 440 (RFC 5393 §5.3.3)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], routes: [Forking] })
  const call = caller.call(bob, { headers: { 'Max-Breadth': '1' } })
  await network.run(1_000)
  expect(call.outcome).toBe(440)
  expect(gateways.flatMap(({ seen }) => seen)).toEqual([])
})

test('an extension that a proxy would have to support is refused by name: 420 (§16.3 step 5)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200] })
  const call = caller.call(bob, { headers: { 'Proxy-Require': 'foo, bar', Require: 'baz' } })
  await network.run(1_000)
  expect(call.outcome).toBe(420)
  expect(call.final?.headers.get('Unsupported')).toBe('foo, bar')
  expect(gateways[0]!.seen).toEqual([])
})

test('a 2xx that comes after the call has failed still reaches the caller (§16.7 step 5, RFC 6026 §7)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [[{ status: 200, afterMs: 5_000 }]],
    relay: { timeoutMs: 2_000 },
  })
  const call = caller.call(bob)
  await network.run(20_000)
  expect(call.statuses).toEqual([100, 408, 200])
  expect(gateways[0]!.invitations[0]?.acknowledged).toBe(true)
})

test('each repetition of a 2xx is passed on until its ACK has come (RFC 6026 §7.1)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200] })
  network.impair('192.0.2.100', '192.0.2.1', { loss: 1 })
  network.impair('192.0.2.1', '192.0.2.100', { loss: 0 })
  const invited = caller.call(bob)
  await network.run(100)
  expect(invited.seen).toEqual([])
  network.impair('192.0.2.100', '192.0.2.1', { loss: 0 })
  await network.run(401)
  network.impair('192.0.2.100', '192.0.2.1', { loss: 1 })
  await network.run(4_000)
  const repeated = invited.seen.filter(({ response }) => response.status === 200).length
  expect(repeated).toBeGreaterThan(2)
  network.impair('192.0.2.100', '192.0.2.1', { loss: 0 })
  await network.run(10_000)
  expect(gateways[0]!.invitations[0]?.acknowledged).toBe(true)
})

test('between two transports we stay in the path on both sides (§16.6 step 4, RFC 5658)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200], transport: 'tcp' })
  const call = caller.call(bob)
  await network.run(1_000)
  const { request } = gateways[0]!.invitations[0]!
  expect(request.via.transport).toBe('TCP')
  expect(request.headers.values('Record-Route')).toHaveLength(2)
  const bye = call.bye()
  await network.run(1_000)
  expect(bye.outcome).toBe(200)
  expect(gateways[0]!.seen.at(-1)?.request.headers.has('Route')).toBe(false)
})

test('the callee behind another transport hangs up through both our Record-Route values (RFC 5658)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200], transport: 'tcp' })
  caller.call(bob)
  await network.run(1_000)
  const bye = gateways[0]!.invitations[0]!.bye()
  await network.run(1_000)
  expect(bye.outcome).toBe(200)
  const [received] = caller.seen.filter(({ request }) => request.method === 'BYE')
  expect(received?.request.via.transport).toBe('UDP')
  expect(received?.request.headers.has('Route')).toBe(false)
})

test('between two address families we stay in the path on both sides (RFC 5658)', async () => {
  const network = new Network()
  const callee = await Phone.at(network, 'UDP:[2001:db8::11]:5060')
  @Routes()
  class ToIpv6 {
    @OnRequest('INVITE')
    invite(ctx: RequestContext): Handled {
      ctx.recordRoute()
      return ctx.relay({ uri: 'sip:[2001:db8::11]', role: 'next-hop' })
    }
  }
  const { app, caller } = await rig({
    network,
    gateways: [],
    routes: [ToIpv6],
    listen: ['udp:192.0.2.1:5060', 'udp:[2001:db8::1]:5060'],
  })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  const { request } = callee.invitations[0]!
  expect(request.via.host).toBe('2001:db8::1')
  expect(request.headers.values('Record-Route')).toHaveLength(2)
  const bye = callee.invitations[0]!.bye()
  await network.run(1_000)
  expect(bye.outcome).toBe(200)
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test('a strict router behind us gets its own URI in the Request-URI, the target last in Route (§16.6 step 6)', async () => {
  const network = new Network()
  const strict = await Phone.at(network, { at: 'UDP:192.0.2.50:5060', answerWithin: 200 })
  const { caller } = await rig({
    network,
    gateways: [
      (request) => [
        {
          status: 200,
          headers: {
            'Record-Route': `<sip:192.0.2.50>, ${request.headers.values('Record-Route').join(', ')}`,
          },
        },
      ],
    ],
  })
  const call = caller.call(bob)
  await network.run(1_000)
  call.bye()
  await network.run(1_000)
  const bye = strict.seen.find(({ request }) => request.method === 'BYE')?.request
  expect(bye?.uri).toBe('sip:192.0.2.50')
  expect(bye?.headers.values('Route')).toEqual(['<sip:phone@192.0.2.11:5060>'])
})

test('a strict router before us is undone: the last Route value is the Request-URI again (§16.4)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200] })
  const call = caller.call(bob)
  await network.run(1_000)
  const dialog = call.dialogs[0]!
  const router = /<(.*)>/.exec(dialog.routes[0]!)![1]!
  // What a strict router makes of it: our Record-Route value as Request-URI, the target last.
  const { request } = caller.within({ ...dialog, target: router, routes: [] }, 'BYE')
  request.headers.append('Route', `<${dialog.target}>`)
  caller.sendText(edge, `BYE ${request.uri} SIP/2.0\r\n${request.headers.toString()}\r\n`)
  await network.run(1_000)
  const bye = gateways[0]!.seen.at(-1)!.request
  expect([bye.method, bye.uri, bye.headers.has('Route')]).toEqual(['BYE', dialog.target, false])
})

test('a request that comes back unchanged is a loop: 482 (§16.3 step 4)', async () => {
  @Routes()
  class Loop {
    @OnRequest('*')
    self(ctx: RequestContext): Handled {
      return ctx.relay({ uri: 'sip:192.0.2.1', role: 'next-hop' })
    }
  }
  const { network, app, caller } = await rig({ gateways: [], routes: [Loop] })
  const sent = caller.send('OPTIONS', bob)
  const call = caller.call(bob)
  await network.run(1_000)
  expect([sent.outcome, call.outcome]).toEqual([482, 482])
  const passes = network.trace.filter(
    ({ from, to, text }) => from === to && text.startsWith('OPTIONS'),
  )
  expect(passes).toHaveLength(1)
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test('a request that comes back with another Request-URI is a spiral and passes (§16.3 step 4)', async () => {
  @Routes()
  class Spiral {
    @OnRequest('*')
    once(ctx: RequestContext): Handled {
      return ctx.request.uri === bob
        ? ctx.fork([{ uri: 'sip:alias@192.0.2.1', role: 'request-uri' }])
        : ctx.relay({ uri: 'sip:192.0.2.11', role: 'next-hop' })
    }
  }
  const { network, caller, gateways } = await rig({ gateways: [200], routes: [Spiral] })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[0]!.invitations).toHaveLength(1)
})

test('a request too large for a datagram leaves by TCP (§18.1.1)', async () => {
  const network = new Network()
  const both = await Phone.at(network, { at: ['UDP:192.0.2.60:5060', 'TCP:192.0.2.60:5060'] })
  const { caller } = await rig({ network, gateways: [], routes: [ToSixty] })
  const small = caller.call(bob)
  const large = caller.call(bob, { body: 'x'.repeat(1_400) })
  await network.run(1_000)
  expect([small.outcome, large.outcome]).toEqual([200, 200])
  expect(both.invitations.map(({ request }) => request.via.transport)).toEqual(['UDP', 'TCP'])
  expect(both.invitations[1]?.request.body).toBe('x'.repeat(1_400))
})

test('where TCP is refused a large request leaves by UDP after all (§18.1.1)', async () => {
  const network = new Network()
  const datagrams = await Phone.at(network, 'UDP:192.0.2.60:5060')
  const { caller } = await rig({ network, gateways: [], routes: [ToSixty] })
  const large = caller.call(bob, { body: 'x'.repeat(1_400) })
  await network.run(1_000)
  expect(large.outcome).toBe(200)
  expect(datagrams.invitations[0]?.request.via.transport).toBe('UDP')
})

@Routes()
class ToSixty {
  @OnRequest('*')
  any(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:192.0.2.60', role: 'next-hop' })
  }
}

@Routes()
class Broken {
  @OnRequest('INVITE')
  throws(): Handled {
    throw new Error('a bug')
  }

  @OnRequest('MESSAGE')
  rejects(): Promise<Handled> {
    return Promise.reject(new Error('another bug'))
  }

  @OnRequest('OPTIONS')
  never(): Promise<Handled> {
    return new Promise(() => undefined)
  }
}

test('a handler that throws or rejects answers 500, one that never answers is cut off', async () => {
  const { network, app, caller } = await rig({
    gateways: [],
    routes: [Broken],
    app: { handlerTimeoutMs: 3_000 },
  })
  const sent = [caller.call(bob), caller.send('MESSAGE', bob), caller.send('OPTIONS', bob)]
  await network.run(1_000)
  expect(sent.map(({ outcome }) => outcome)).toEqual([500, 500, undefined])
  await network.run(3_000)
  expect(sent.map(({ outcome }) => outcome)).toEqual([500, 500, 500])
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})
