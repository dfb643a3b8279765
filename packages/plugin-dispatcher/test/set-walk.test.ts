/** Failover over several sets: ds_select_routes of Kamailio, dispatcher.md §1.13. */
import { expect, test } from '@jest/globals'
import { type ReplyContext } from '@sipwright/framework'
import { answer, invite } from '@sipwright/framework/testing'
import { dispatching, tried } from './rig.js'

const sets = {
  carriers: { destinations: ['sip:c1', 'sip:c2', 'sip:c3'] },
  fallback: { destinations: ['sip:f1', 'sip:c2', 'sip:f2'] },
}

test('sets are walked one after the other, and a URI in two of them is tried once', async () => {
  const { dispatcher, ctx } = await dispatching({ sets })
  const walk = ['sip:c1', 'sip:c2', 'sip:c3', 'sip:f1', 'sip:f2']
  expect(tried(dispatcher.select(['carriers', 'fallback'], ctx()))).toEqual(walk)
})

test('the turn of a set moves only for calls that get to it', async () => {
  const { dispatcher, ctx } = await dispatching({ sets })
  for (let call = 0; call < 4; call++) dispatcher.select(['carriers', 'fallback'], ctx()).next()
  expect(tried(dispatcher.select('carriers', ctx()))[0]).toBe('sip:c2')
  expect(tried(dispatcher.select('fallback', ctx()))[0]).toBe('sip:f1')
})

test('limits: of one set, of all, and only who may be tried counts', async () => {
  const { dispatcher, ctx } = await dispatching({ sets })
  dispatcher.mark('carriers', 'sip:c1', 'inactive')
  const two = [{ set: 'carriers', limit: 1 }, 'fallback']
  expect(tried(dispatcher.select(two, ctx()))).toEqual(['sip:c2', 'sip:f1', 'sip:f2'])
  expect(tried(dispatcher.select(two, ctx(), { limit: 2 }))).toEqual(['sip:c3', 'sip:c2'])
  expect(tried(dispatcher.select([{ set: 'carriers', limit: 0 }], ctx()))).toEqual([])
})

test('each set goes by its algorithm, by the one that the route names for it, or by the one for all', async () => {
  const { dispatcher, ctx } = await dispatching({ sets })
  const first = (call: string) =>
    tried(
      dispatcher.select([{ set: 'carriers', algorithm: 'hash-call-id' }, 'fallback'], ctx(call)),
    )
  const [one, another] = [first('one'), first('one')]
  expect(another.slice(0, 3)).toEqual(one.slice(0, 3))
  expect([one[3], another[3]]).toEqual(['sip:f1', 'sip:f2'])
  const hashed = (key: string) =>
    tried(dispatcher.select(['carriers', 'fallback'], ctx(), { algorithm: 'hash-call-id', key }))
  expect(hashed('one')).toEqual(hashed('one'))
  expect(new Set(Array.from({ length: 50 }, (_, n) => hashed(`key ${n}`)[0])).size).toBe(3)
})

test('an unknown set or algorithm is named before anything is tried', async () => {
  const { dispatcher, ctx } = await dispatching({ sets })
  expect(() => dispatcher.select(['carriers', 'nowhere'], ctx())).toThrow(
    'no destination set nowhere',
  )
  const unknown = [{ set: 'carriers' }, { set: 'fallback', algorithm: 'fastest' }]
  expect(() => dispatcher.select(unknown, ctx())).toThrow('fastest')
  expect(tried(dispatcher.select('carriers', ctx()))[0]).toBe('sip:c1')
})

test('none left in the first set: the next one is asked at once, and when all are empty the walk is', async () => {
  const { dispatcher, ctx } = await dispatching({ sets })
  for (const uri of ['sip:c1', 'sip:c2', 'sip:c3']) dispatcher.mark('carriers', uri, 'inactive')
  const left = dispatcher.select(['carriers', 'fallback'], ctx())
  expect([left.isEmpty, tried(left)]).toEqual([false, ['sip:f1', 'sip:c2', 'sip:f2']])
  for (const uri of ['sip:f1', 'sip:c2', 'sip:f2'])
    dispatcher.setAdminState('fallback', uri, 'drain')
  expect(dispatcher.select(['carriers', 'fallback'], ctx()).isEmpty).toBe(true)
  expect(dispatcher.select([], ctx()).isEmpty).toBe(true)
})

test('a challenged caller goes back first to who challenged, in whichever set that is (§22.3)', async () => {
  const { clock, dispatcher, ctx } = await dispatching({ sets })
  const [, , , target] = targets(dispatcher.select(['carriers', 'fallback'], ctx('one')))
  const request = invite({ callId: 'one', cseq: 1 })
  // What the framework hands to `onReply`, as far as it is read.
  const reply = { request, now: clock.now(), response: answer(request, 401), branch: { target } }
  dispatcher.replied(reply as unknown as ReplyContext)
  const again = tried(dispatcher.select(['carriers', 'fallback'], ctx('one', 2)))
  expect(again).toEqual(['sip:f1', 'sip:c2', 'sip:c3', 'sip:c1', 'sip:f2'])
})

test('role domain: the Request-URI keeps its user and takes the rest (ds_select_domain)', async () => {
  const { dispatcher } = await dispatching({
    sets: { 1: { destinations: ['sip:192.0.2.7:5070;transport=tcp'] } },
  })
  const targetFor = (uri: string) =>
    dispatcher.select(1, { request: invite({ uri }), now: 0 }, { role: 'domain' }).next()
  expect(targetFor('sip:bob:secret@biloxi.com;x=y')).toMatchObject({
    uri: 'sip:bob:secret@192.0.2.7:5070;transport=tcp',
    role: 'request-uri',
    origin: dispatcher.sets()[0]!.destinations[0],
  })
  expect(targetFor('sip:biloxi.com')?.uri).toBe('sip:192.0.2.7:5070;transport=tcp')
  expect(targetFor('tel:+12015550123')?.uri).toBe(
    'sip:+12015550123@192.0.2.7:5070;transport=tcp;user=phone',
  )
  expect(targetFor('urn:service:sos')?.uri).toBe('sip:192.0.2.7:5070;transport=tcp')
})

function targets(
  source: ReturnType<Awaited<ReturnType<typeof dispatching>>['dispatcher']['select']>,
) {
  return Array.from({ length: 4 }, () => source.next()!)
}
