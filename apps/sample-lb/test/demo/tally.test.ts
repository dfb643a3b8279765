import { expect, test } from '@jest/globals'
import { Tally } from '#src/demo/tally.js'

test('every attempt is answered, cancelled or failed', () => {
  const tally = new Tally(['fs1', 'fs2'])
  for (let count = 0; count < 5; count++) tally.placed()
  tally.ended({ kind: 'answered', backend: 'fs1' })
  tally.ended({ kind: 'answered', backend: 'fs1' })
  tally.ended({ kind: 'cancelled' })
  tally.ended({ kind: 'failed', status: 503 })
  expect(tally.inProgress).toBe(1)
  expect(tally.result(7)).toEqual({
    calls: 4,
    answered: 2,
    failed: 1,
    cancelled: 1,
    dropped: 0,
    failovers: 7,
    backends: { fs1: 2, fs2: 0 },
    deaths: 0,
    failures: { 503: 1 },
  })
})

test('a call that broke is dropped if its backend died after the answer, however late that is told', () => {
  const tally = new Tally(['fs1'])
  tally.ended({ kind: 'broken', backend: 'fs1', answeredAt: 100, status: 503 })
  expect(tally.result(0)).toMatchObject({ answered: 0, dropped: 0, failed: 1 })
  tally.died('fs1', 150)
  expect(tally.result(0)).toMatchObject({ answered: 1, dropped: 1, failed: 0, deaths: 1 })
})

test('a call that broke on a backend that lived has failed', () => {
  const tally = new Tally(['fs1', 'fs2'])
  tally.died('fs2', 150)
  tally.died('fs1', 50)
  tally.ended({ kind: 'broken', backend: 'fs1', answeredAt: 100, status: 481 })
  expect(tally.result(0)).toMatchObject({ calls: 1, answered: 0, failed: 1, failures: { 481: 1 } })
})
