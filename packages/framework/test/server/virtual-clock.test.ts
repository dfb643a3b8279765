import { expect, test } from '@jest/globals'
import { VirtualClock } from '#src/server/virtual-clock.js'

test('timers fire in the order of their times, equal ones in the order they were set', () => {
  const clock = new VirtualClock()
  const fired: string[] = []
  clock.after(20, () => fired.push(`b@${clock.now()}`))
  clock.after(10, () => fired.push(`a@${clock.now()}`))
  clock.after(20, () => fired.push(`c@${clock.now()}`))
  clock.advance(15)
  expect(fired).toEqual(['a@10'])
  clock.advance(5)
  expect(fired).toEqual(['a@10', 'b@20', 'c@20'])
})

test('a timer that was taken back does not fire, one set on the way does', () => {
  const clock = new VirtualClock(100)
  const fired: number[] = []
  const takeBack = clock.after(5, () => fired.push(-1))
  clock.after(1, () => clock.after(1, () => fired.push(clock.now())))
  takeBack()
  clock.advance(10)
  expect([fired, clock.now(), clock.next]).toEqual([[102], 110, Infinity])
})

test('run lets what awaits go on between two instants', async () => {
  const clock = new VirtualClock()
  const seen: number[] = []
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))
  const walk = async (): Promise<void> => {
    for (let step = 0; step < 3; step++) {
      await wait(10)
      seen.push(clock.now())
    }
  }
  const walked = walk()
  await clock.run(30)
  await walked
  expect(seen).toEqual([10, 20, 30])
})
