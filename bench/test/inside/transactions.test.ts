import { expect, test } from '@jest/globals'
import { measureTransactions } from '#src/inside/transactions.js'
import { callsTable } from '#src/measures/memory.js'

test('calls that are held at once are all answered, and none leaves a transaction', async () => {
  const report = await measureTransactions({ steps: [5, 20] })
  expect(report.steps.map(({ calls }) => calls)).toEqual([5, 20])
  expect(report).toMatchObject({ completed: 20, left: 0 })
  expect(callsTable(report).voided).toEqual([])
})

test('a call that was not answered and a transaction that never ended are said', () => {
  const steps = [{ calls: 10, ringing: 6_000 }]
  const { voided } = callsTable({ steps, answered: 1, over: 0, completed: 9, left: 2 })
  expect(voided).toEqual(['9 of 10 calls were answered', '2 transactions never ended'])
})
