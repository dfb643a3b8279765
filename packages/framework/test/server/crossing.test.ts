import { expect, test } from '@jest/globals'
import {
  type Boundary,
  createApp,
  type Handled,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
  SipError,
} from '@sipwright/framework'
import { type Answer, Network, Phone } from '@sipwright/framework/testing'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

/** An edge with these boundaries, a caller in front and a callee behind it. */
async function rig(boundary: Boundary, answer: Answer = 200) {
  const network = new Network()
  const handled: string[] = []
  @Routes()
  class Edge {
    @OnRequest('*')
    any(ctx: RequestContext): Handled {
      handled.push(ctx.request.uri)
      ctx.recordRoute()
      return ctx.relay({ uri: 'sip:192.0.2.11', role: 'next-hop' })
    }
  }
  const plugin: Plugin = {
    name: 'boundary',
    requires: [],
    setup: (host) => host.addBoundary(boundary),
  }
  const app = await createApp({
    plugins: [plugin],
    routes: [Edge],
    clock: network.clock,
    chance: network.chance,
    log: quiet,
    transports: [network.transport('UDP')],
    zones: { inside: ['192.0.2.11/32'] },
  })
  await app.listen('udp:192.0.2.1:5060')
  const caller = await Phone.at(network, {
    at: 'UDP:192.0.2.100:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  const callee = await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer })
  return { network, app, caller, callee, handled }
}

test('without a boundary nothing of a message changes; with an empty one neither', async () => {
  const { network, app, caller, callee } = await rig({})
  const call = caller.call('sip:bob@example.com')
  await network.run(500)
  call.bye()
  await network.run(500)
  expect(call.statuses).toEqual([100, 200])
  expect(callee.count('ACK')).toBe(1)
  expect(callee.count('BYE')).toBe(1)
  await app.close()
})

test('a boundary sees the request first: handlers have it as edited, responses as its sender wrote it', async () => {
  const { network, app, caller, callee, handled } = await rig(
    {
      requestArrives({ request, source }) {
        expect(source.zone).toBe('public')
        request.uri = 'sip:real@192.0.2.11'
        request.headers.set('Call-ID', 'real')
        request.headers.set('From', request.from.uri + ';tag=real')
        return undefined
      },
    },
    [{ status: 180 }, { status: 200 }],
  )
  const call = caller.call('sip:bob@example.com')
  await network.run(500)
  expect(handled).toEqual(['sip:real@192.0.2.11'])
  expect(callee.received[0]?.request.callId).toBe('real')
  expect(callee.received[0]?.request.fromTag).toBe('real')
  for (const { response } of call.seen) {
    expect(response.callId).toBe(call.request.callId)
    expect(response.headers.get('From')).toBe(call.request.headers.get('From'))
  }
  expect(call.statuses).toEqual([100, 180, 200])
  expect(callee.count('ACK')).toBe(1)
  await app.close()
})

test('a copy may leave without the Vias that it came with: its responses find them again. §16.7 step 3', async () => {
  const { network, app, caller, callee } = await rig({
    requestDeparts({ request, zone, hop }) {
      expect([zone, hop.address]).toEqual(['inside', '192.0.2.11'])
      request.headers.remove('Via')
    },
  })
  const call = caller.call('sip:bob@example.com')
  await network.run(500)
  expect(callee.received[0]?.request.headers.values('Via')).toHaveLength(1)
  expect(call.outcome).toBe(200)
  expect(call.final?.headers.values('Via')).toHaveLength(1)
  await app.close()
})

test('what leaves to the sender may differ from what handlers have seen', async () => {
  const zones: (string | undefined)[] = []
  const { network, app, caller } = await rig(
    {
      responseArrives({ response }) {
        response.headers.set('X-Seen', 'yes')
      },
      responseDeparts({ response, zone }) {
        zones.push(zone)
        response.headers.remove('Server')
        response.reason = 'Different'
      },
    },
    [{ status: 486, headers: { Server: 'Secret/1.0' } }],
  )
  const call = caller.call('sip:bob@example.com')
  await network.run(500)
  expect(zones).toEqual([undefined, 'inside'])
  expect(call.final?.headers.get('Server')).toBeUndefined()
  expect(call.final?.headers.get('X-Seen')).toBe('yes')
  expect(call.final?.reason).toBe('Different')
  await app.close()
})

test('a status of a boundary refuses a request before any handler, and drops an ACK', async () => {
  const { network, app, caller, callee, handled } = await rig({
    requestArrives: ({ request }) => (request.toTag === undefined ? undefined : 481),
  })
  const call = caller.call('sip:bob@example.com')
  await network.run(100)
  const bye = call.bye()
  await network.run(100)
  expect(handled).toHaveLength(1)
  expect(bye.outcome).toBe(481)
  expect(callee.count('ACK')).toBe(0)
  await app.close()
})

test('a request that a boundary addresses goes where it says, past the routes', async () => {
  const { network, app, caller, callee, handled } = await rig({
    requestArrives(ctx) {
      ctx.request.uri = 'sip:real@192.0.2.11'
      ctx.addressed = true
      return undefined
    },
  })
  const call = caller.call('sip:token@192.0.2.1')
  await network.run(500)
  expect(handled).toEqual([])
  expect(callee.received[0]?.request.uri).toBe('sip:real@192.0.2.11')
  expect(call.outcome).toBe(200)
  await app.close()
})

test('a boundary that fails lets nothing through', async () => {
  const fail = (): never => {
    throw new Error('a fault')
  }
  const refuse = (): never => {
    throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Refer-To', 'x'])
  }
  for (const [boundary, status, reached] of [
    [{ requestArrives: fail }, 500, 0],
    [{ requestArrives: refuse }, 400, 0],
    [{ requestDeparts: fail }, 500, 0],
    [{ requestDeparts: refuse }, 400, 0],
    [{ responseDeparts: fail }, 500, 1],
  ] as const) {
    const { network, app, caller, callee } = await rig(boundary)
    const call = caller.call('sip:bob@example.com')
    await network.run(500)
    expect(call.outcome).toBe(status)
    expect(callee.invitations).toHaveLength(reached)
    await app.close()
  }
})

test('a response that a boundary cannot take is lost, and the next one may not be', async () => {
  let responses = 0
  const { network, app, caller } = await rig({
    responseArrives() {
      if (++responses === 1) throw new Error('a fault')
    },
  })
  const call = caller.call('sip:bob@example.com')
  await network.run(3_000)
  expect(responses).toBeGreaterThan(1)
  expect(call.outcome).toBe(200)
  await app.close()
})
