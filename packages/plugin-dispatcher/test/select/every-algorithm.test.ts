/** What must hold of every algorithm, whatever it goes by. */
import { expect, test } from '@jest/globals'
import { algorithmNames, resolveAlgorithm } from '#src/select/names.js'
import { atWork, destinations, down, walked } from './rig.js'

/** Six of three priorities and weights, some busy, one dead. */
function six() {
  const loaded = destinations(
    ...Array.from({ length: 6 }, (_, n) => ({
      uri: `sip:10.0.0.${n}`,
      priority: 10 * (3 - Math.floor(n / 2)),
      weight: 1 + (n % 3),
    })),
  )
  loaded.forEach((each, n) => {
    each.load.calls = (n * 7) % 5
    for (let count = 0; count < 10; count++) each.latency.sample(5 * n)
  })
  down(loaded[1])
  return loaded
}

test.each(algorithmNames)('%s yields every usable destination once', (name) => {
  const loaded = six()
  const { walk } = atWork(resolveAlgorithm(name).algorithm, loaded)
  const usable = loaded.filter((each) => each.usable).map(({ id }) => id)
  for (let n = 0; n < 50; n++) {
    const order = walked(walk(`call-${n}`))
    expect(new Set(order).size).toBe(order.length)
    expect(order.filter((id) => usable.includes(id)).toSorted()).toEqual(usable.toSorted())
  }
})

test.each(algorithmNames)('%s without destinations yields none', (name) => {
  const { walk, selector } = atWork(resolveAlgorithm(name).algorithm, [])
  expect(walked(walk())).toEqual([])
  selector.load(six())
  expect(walked(walk()).length).toBeGreaterThan(4)
  selector.load([])
  expect(walked(walk())).toEqual([])
})

test.each(algorithmNames)('%s: what it would do is what it does next', (name) => {
  const { selector, walk, contextOf } = atWork(resolveAlgorithm(name).algorithm, six())
  for (let n = 0; n < 200; n++) {
    const callId = `call-${n}`
    const preview = selector.preview!(contextOf(callId))
    const again = selector.preview!(contextOf(callId))
    expect(again).toEqual(preview)
    expect(preview.score).not.toBe('')
    const next = walked(walk(callId))
    if (preview.drawn === true) continue
    const usable = preview.order.filter(({ destination }) => destination.usable)
    const [first] = next.filter((id) => usable.some(({ destination }) => destination.id === id))
    expect(usable[0]?.destination.id).toBe(first)
  }
})
