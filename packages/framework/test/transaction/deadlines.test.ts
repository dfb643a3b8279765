import { expect, test } from '@jest/globals'
import { Deadlines, type Timed } from '#src/transaction/deadlines.js'
import { seeded } from './seeded.js'

interface Named extends Timed {
  readonly name: number
}

const item = (name: number): Named => ({ name, dueAt: Infinity, place: -1 })

test('an empty queue has nothing due, ever', () => {
  const queue = new Deadlines<Named>()
  expect(queue.next).toBe(Infinity)
  expect(queue.size).toBe(0)
  expect(queue.takeDue(1e12)).toBeUndefined()
})

test('items come out in order of time, and not before it', () => {
  const queue = new Deadlines<Named>()
  for (const at of [50, 10, 40, 20, 30]) queue.set(item(at), at)
  expect(queue.next).toBe(10)
  expect(queue.takeDue(9.9)).toBeUndefined()
  expect([queue.takeDue(30), queue.takeDue(30), queue.takeDue(30)].map((due) => due?.name)).toEqual(
    [10, 20, 30],
  )
  expect(queue.takeDue(30)).toBeUndefined()
  expect(queue.size).toBe(2)
})

test('items that are set to the same time by one clock come out as they went in', () => {
  const queue = new Deadlines<Named>()
  for (let name = 0; name < 5; name++) queue.set(item(name), 100)
  expect(Array.from({ length: 5 }, () => queue.takeDue(100)?.name)).toEqual([0, 1, 2, 3, 4])
})

test('an item has one entry: setting it again moves it', () => {
  const queue = new Deadlines<Named>()
  const moved = item(1)
  queue.set(moved, 10)
  queue.set(moved, 30)
  expect(queue.size).toBe(1)
  expect(moved.dueAt).toBe(30)
  expect(queue.takeDue(20)).toBeUndefined()
  queue.set(moved, 5)
  expect(queue.takeDue(20)).toBe(moved)
})

test('Infinity takes an item out, and so does a time that is no number', () => {
  const queue = new Deadlines<Named>()
  for (const at of [Infinity, NaN]) {
    const waiting = item(1)
    queue.set(waiting, 10)
    queue.set(waiting, at)
    expect(waiting.dueAt).toBe(Infinity)
    expect(queue.size).toBe(0)
    queue.set(waiting, at)
    expect(queue.next).toBe(Infinity)
  }
})

test('an item that was taken out can be set again at once', () => {
  const queue = new Deadlines<Named>()
  const again = item(1)
  queue.set(again, 10)
  expect(queue.takeDue(10)).toBe(again)
  expect(again.dueAt).toBe(Infinity)
  queue.set(again, 11)
  expect(queue.takeDue(11)).toBe(again)
})

/** What a run may do: set at fixed durations as transactions do, or at times without any order. */
const durations = {
  'the durations of a proxy': [200, 500, 1_000, 4_000, 5_000, 32_000, 180_000],
  'one hundred durations': Array.from({ length: 100 }, (_, index) => (index * 7919) % 40_000),
  'times without order': [],
}

for (const [name, choice] of Object.entries(durations)) {
  test(`in 5,000 random steps it agrees with a sorted list: ${name}`, () => {
    const random = seeded(4711)
    const queue = new Deadlines<Named>()
    const list: { item: Named; at: number }[] = []
    const items = Array.from({ length: 300 }, (_, index) => item(index))
    let now = 0
    for (let steps = 0; steps < 5_000; steps++) {
      const chosen = items[Math.floor(random() * items.length)]!
      const listed = list.findIndex((entry) => entry.item === chosen)
      const what = random()
      if (what < 0.6) {
        const after = choice[Math.floor(random() * choice.length)] ?? random() * 40_000
        if (listed >= 0) list.splice(listed, 1)
        list.push({ item: chosen, at: now + after })
        queue.set(chosen, now + after)
      } else if (what < 0.75) {
        if (listed >= 0) list.splice(listed, 1)
        queue.set(chosen, Infinity)
      } else {
        now += random() * 100
        list.sort((a, b) => a.at - b.at)
        while ((list[0]?.at ?? Infinity) <= now) {
          const due = queue.takeDue(now)
          const expected = list.findIndex((entry) => entry.item === due)
          // Among equal times the queue may choose.
          expect(list[expected]?.at).toBe(list[0]!.at)
          list.splice(expected, 1)
        }
        expect(queue.takeDue(now)).toBeUndefined()
      }
      expect(queue.size).toBe(list.length)
      expect(queue.next).toBe(list.reduce((least, { at }) => Math.min(least, at), Infinity))
    }
  })
}
