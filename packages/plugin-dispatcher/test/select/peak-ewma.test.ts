import { expect, test } from '@jest/globals'
import { peakEwma } from '#src/select/peak-ewma.js'
import { atWork, destinations } from './rig.js'

test('the one that responds sooner is chosen until more calls wait there than it is faster by', () => {
  const loaded = destinations('sip:fast', 'sip:slow')
  loaded[0]!.responseTime.sample(10, 0)
  loaded[1]!.responseTime.sample(35, 0)
  const { walk } = atWork(peakEwma, loaded)
  const chosen = Array.from({ length: 5 }, () => {
    const destination = walk().next()!
    destination.load.pending++
    return destination.id
  })
  expect(chosen).toEqual(['sip:fast', 'sip:fast', 'sip:fast', 'sip:slow', 'sip:fast'])
})

test('it asks that responses be timed', () => {
  let asked = 0
  peakEwma.start({
    chance: { random: () => 0, branch: String, tag: String },
    timeResponses: () => asked++,
  })
  expect(asked).toBe(1)
})
