import { expect, test } from '@jest/globals'
import { Sketch } from '#src/sketch.js'

test('it never says too little, and of few keys exactly', () => {
  const sketch = new Sketch()
  for (let round = 1; round <= 50; round++) {
    for (let key = 0; key < 100; key++) expect(sketch.add(`192.0.2.${key}`)).toBe(round)
  }
})

test('300,000 keys later it says of a new one little more than what has come, divided by the width', () => {
  const sketch = new Sketch()
  for (let n = 0; n < 300_000; n++) sketch.add(`${n >> 16}.${(n >> 8) & 255}.${n & 255}.7`)
  let most = 0
  for (let n = 0; n < 1_000; n++) most = Math.max(most, sketch.add(`203.0.${n >> 8}.${n & 255}`))
  expect(most).toBeLessThan(15)
})

test('cleared, it knows nothing', () => {
  const sketch = new Sketch()
  sketch.add('a')
  sketch.clear()
  expect(sketch.add('a')).toBe(1)
})

test('a count ends at what a cell can hold', () => {
  const sketch = new Sketch()
  let last = 0
  for (let n = 0; n < 70_000; n++) last = sketch.add('a')
  expect(last).toBe(65_535)
})
