import { expect, test } from '@jest/globals'
import { CallsInProgress } from '#src/calls-in-progress.js'

test('a call is in progress from its INVITE to its BYE, repetitions count once', () => {
  const calls = new CallsInProgress(10)
  calls.placed('a')
  calls.placed('a')
  calls.placed('b')
  expect(calls.size).toBe(2)
  calls.ended('a')
  calls.ended('a')
  calls.ended('never placed')
  expect(calls.size).toBe(1)
})

test('over() settles with the last call', async () => {
  const calls = new CallsInProgress(10)
  await calls.over()
  calls.placed('a')
  let over = false
  const waiting = calls.over().then(() => (over = true))
  await Promise.resolve()
  expect(over).toBe(false)
  calls.ended('a')
  await waiting
  expect(over).toBe(true)
})

test('calls whose BYE never comes are forgotten beyond the limit, oldest first', () => {
  const calls = new CallsInProgress(2)
  for (const id of ['a', 'b', 'c']) calls.placed(id)
  expect(calls.size).toBe(2)
  calls.ended('a')
  expect(calls.size).toBe(2)
  calls.ended('c')
  expect(calls.size).toBe(1)
})
