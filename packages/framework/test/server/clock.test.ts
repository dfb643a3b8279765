import { expect, test } from '@jest/globals'
import { systemClock } from '#src/server/clock.js'

test('the system clock never goes back, and its slack is small against 200 ms, the shortest timer (§17.2.1)', () => {
  const [one, two] = [systemClock.now(), systemClock.now()]
  expect(two).toBeGreaterThanOrEqual(one)
  expect(systemClock.slackMs).toBeLessThanOrEqual(10)
})
