import { expect, test } from '@jest/globals'
import { invite, SeededChance } from '@sipwright/framework/testing'
import { roundRobinOverload } from '#src/select/round-robin-overload.js'
import { atWork, destinations, down, shares, walked } from './rig.js'

test('nobody overloaded: each in turn', () => {
  const { choices } = atWork(roundRobinOverload, destinations('sip:a', 'sip:b', 'sip:c'))
  expect(choices(7)).toEqual(['sip:a', 'sip:b', 'sip:c', 'sip:a', 'sip:b', 'sip:c', 'sip:a'])
})

test('who asks to be spared 30 % is spared 30 of its 100 turns; the turns go to the others', () => {
  const loaded = destinations('sip:a', 'sip:b')
  loaded[0]!.overload.report({ rate: 30 }, 0)
  const { a, b } = shares(
    atWork(roundRobinOverload, loaded)
      .choices(200)
      .map((id) => id?.slice(4)),
  )
  expect(loaded[0]!.overload.shed).toBeGreaterThan(0)
  expect(a! / (a! + loaded[0]!.overload.shed)).toBeCloseTo(0.7, 2)
  expect(a! + b!).toBe(200)
})

test('a request that is kept from one never comes back to it as a fallback; kept from all, it finds nobody', () => {
  const loaded = destinations('sip:a', 'sip:b')
  loaded[0]!.overload.report({ rate: 100 }, 0)
  const { walk } = atWork(roundRobinOverload, loaded)
  expect(walked(walk())).toEqual(['sip:b'])
  loaded[1]!.overload.report({ rate: 100 }, 0)
  expect(walked(walk())).toEqual([])
  const urgent = invite({ headers: { 'Resource-Priority': 'esnet.0' } })
  expect(walked(walk('urgent', urgent)).toSorted()).toEqual(['sip:a', 'sip:b'])
})

test('who could not have it anyway is not counted as spared', () => {
  const loaded = destinations('sip:a', { uri: 'sip:b', maxLoad: 1 }, 'sip:c')
  for (const each of loaded) each.overload.report({ rate: 50 }, 0)
  down(loaded[0])
  loaded[1]!.load.calls = 1
  atWork(roundRobinOverload, loaded).choices(100)
  expect(loaded.map(({ overload }) => overload.shed)).toEqual([0, 0, 50])
})

test('who is at work under it is told that we hold to what it asks (RFC 7339 §5.1)', () => {
  const loaded = destinations('sip:a')
  expect(loaded[0]!.target.viaParams).toBeUndefined()
  atWork(roundRobinOverload, loaded)
  expect(loaded[0]!.target.viaParams).toBe(';oc;oc-algo="loss"')
})

test('it asks once for each set that overload be heard', () => {
  let asked = 0
  roundRobinOverload.start({
    chance: new SeededChance(1),
    hearOverload: () => {
      asked++
    },
  })
  expect(asked).toBe(1)
})

test('a preview says who would be spared, and spares nobody', () => {
  const loaded = destinations('sip:a', 'sip:b')
  loaded[0]!.overload.report({ rate: 100 }, 0)
  const { selector, contextOf } = atWork(roundRobinOverload, loaded)
  const { order } = selector.preview!(contextOf())
  expect(order.map(({ out }) => out)).toEqual(['sheds 100 % of its requests', undefined])
  expect(loaded[0]!.overload.shed).toBe(0)
})

test('the turn survives a load', () => {
  const { selector, choices } = atWork(roundRobinOverload, destinations('sip:a', 'sip:b', 'sip:c'))
  choices(1)
  selector.load(destinations('sip:c', 'sip:b', 'sip:x'))
  expect(choices(3)).toEqual(['sip:b', 'sip:x', 'sip:c'])
})
