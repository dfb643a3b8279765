import { expect, test } from '@jest/globals'
import { Respawn } from '#src/workers/respawn.js'

test('the first end costs no pause; each further one doubles it, up to half a minute', () => {
  const respawn = new Respawn()
  const pauses = Array.from({ length: 10 }, () => respawn.pause(undefined, 0))
  expect(pauses).toEqual([0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})

test('who has served for half a minute is replaced at once again', () => {
  const respawn = new Respawn()
  respawn.pause(0, 100)
  expect(respawn.pause(200, 300)).toBe(250)
  expect(respawn.pause(1_000, 30_999)).toBe(500)
  expect(respawn.pause(40_000, 70_000)).toBe(0)
  expect(respawn.pause(80_000, 80_001)).toBe(250)
})
