import { expect, test } from '@jest/globals'
import { Latency } from '#src/health/latency.js'

test('the estimate is the average of the first nine samples, then moves by a tenth (Kamailio, ds_latency_estimator_alpha)', () => {
  const latency = new Latency()
  for (let n = 0; n < 9; n++) latency.sample(20)
  expect([latency.estimate, latency.average]).toEqual([20, 20])
  latency.sample(120)
  expect(latency.estimate).toBeCloseTo(30, 9)
  expect(latency.average).toBeCloseTo(30, 9)
  latency.sample(120)
  expect(latency.estimate).toBeCloseTo(39, 9)
  expect(latency.average).toBeCloseTo(38.1818, 4)
})

test('deviation and maximum are those of all samples; a timeout is counted and moves nothing', () => {
  const latency = new Latency()
  expect([latency.estimate, latency.deviation]).toEqual([0, 0])
  for (const ms of [2, 4, 4, 4, 5, 5, 7, 9]) latency.sample(ms)
  latency.timedOut()
  expect(latency.deviation).toBeCloseTo(2.138, 3)
  expect([latency.max, latency.samples, latency.timeouts]).toEqual([9, 8, 1])
  expect(latency.average).toBe(5)
})

test('one weight of a new sample may be chosen: 1 follows every sample', () => {
  const latency = new Latency(1)
  for (let n = 0; n < 10; n++) latency.sample(10)
  latency.sample(70)
  expect(latency.estimate).toBe(70)
})
