/** What holds of every machine, whatever figure it was written from. */
import { expect, test } from '@jest/globals'
import { type Machine } from '#src/transaction/machine.js'
import { isResendTimer } from '#src/transaction/timers.js'

/** The two shape tests of a figure, and what the records can hold of it. */
export function testShape(machine: Machine<string, never>): void {
  const boxes = Object.values(machine)

  test('every arrow leads to a box', () => {
    const ends = boxes.flatMap((box) => Object.values(box.on).map((arrow) => arrow.to))
    for (const end of ends) if (end !== undefined) expect(Object.keys(machine)).toContain(end)
  })

  test('every listed timer has an arrow, and every timer with an arrow is listed', () => {
    for (const box of boxes) {
      const listed = box.timers.map((timer) => `timer${timer}`)
      const leaving = Object.keys(box.on).filter((input) => input.startsWith('timer'))
      expect(leaving.sort()).toEqual(listed.sort())
    }
  })

  test('a box lists at most one timer that resends and one that does not', () => {
    for (const { timers } of boxes) {
      expect(timers.filter(isResendTimer).length).toBeLessThanOrEqual(1)
      expect(timers.filter((timer) => !isResendTimer(timer)).length).toBeLessThanOrEqual(1)
    }
  })

  test('every box can be reached, and nothing leaves the last one', () => {
    const reached = new Set(['new'])
    for (const name of reached) {
      for (const { to } of Object.values(machine[name]?.on ?? {})) {
        if (to !== undefined) reached.add(to)
      }
    }
    expect([...reached].sort()).toEqual(Object.keys(machine).sort())
    expect(
      Object.values(machine.terminated?.on ?? {}).filter(({ to }) => to !== undefined),
    ).toEqual([])
  })
}
