import { expect, test } from '@jest/globals'
import { SeededChance } from '@sipwright/framework/testing'
import { algorithmNames, resolveAlgorithm } from '#src/select/names.js'
import { OverflowSelector } from '#src/select/overflow.js'
import { invite } from '@sipwright/framework/testing'
import { destinations, down, walked } from './rig.js'

function atWork(name: string) {
  const loaded = destinations(
    { uri: 'sip:o', overflow: true, priority: 9, weight: 100 },
    { uri: 'sip:a', maxLoad: 1 },
    { uri: 'sip:p', attrs: { overflow: '1' } },
    { uri: 'sip:b', maxLoad: 1 },
  )
  const { algorithm } = resolveAlgorithm(name)
  const selector = new OverflowSelector(() => algorithm.start({ chance: new SeededChance(1) }))
  selector.load(loaded)
  const ctx = { request: invite(), now: 0 }
  const order = () => walked(selector.select(ctx))
  const [, a, , b] = loaded
  return { selector, loaded, ctx, order, a: a!, b: b! }
}

const oneByOne = algorithmNames.filter((name) => !['parallel', 'kamailio:12'].includes(name))

test.each(oneByOne)('%s: those for overflow come behind all others', (name) => {
  const { order, a, b } = atWork(name)
  expect(order().slice(0, 2).toSorted()).toEqual(['sip:a', 'sip:b'])
  expect(order().slice(2).toSorted()).toEqual(['sip:o', 'sip:p'])
  a.load.calls = 1
  expect(order()[0]).toBe('sip:b')
  down(b)
  expect(order().toSorted()).toEqual(['sip:o', 'sip:p'])
  a.load.calls = 0
  expect(order()[0]).toBe('sip:a')
})

test('parallel: those for overflow only when no other may be tried', () => {
  const { selector, ctx, order, a, b } = atWork('parallel')
  expect(selector.select(ctx).atOnce).toBe(true)
  expect(order()).toEqual(['sip:a', 'sip:b'])
  const outs = (): number =>
    selector.preview(ctx)!.order.filter(({ out }) => out !== undefined).length
  expect(outs()).toBe(2)
  a.load.calls = 1
  down(b)
  expect(order().toSorted()).toEqual(['sip:o', 'sip:p'])
  expect(outs()).toBe(0)
})

test('a preview has them last', () => {
  const { selector, ctx } = atWork('round-robin')
  const { order } = selector.preview(ctx)!
  expect(order.map(({ destination }) => destination.id)).toEqual([
    'sip:a',
    'sip:b',
    'sip:o',
    'sip:p',
  ])
})

test('those for overflow come and go with a load; the turn of the others goes on', () => {
  const { selector, ctx, order } = atWork('round-robin')
  expect(order()[0]).toBe('sip:a')
  selector.load(destinations('sip:a', 'sip:b'))
  expect(walked(selector.select(ctx))).toEqual(['sip:b', 'sip:a'])
  selector.load(destinations('sip:a', { uri: 'sip:b', overflow: true }))
  expect(walked(selector.select(ctx))).toEqual(['sip:a', 'sip:b'])
})
