import { expect, test } from '@jest/globals'
import { samplesOf } from '#src/soak/probe-lines.js'

const line = (time: number, pid: number, more: object = {}) =>
  JSON.stringify({ time, pid, heap: 7, external: 3, resources: 2, ...more })

test('each process is told under its own name, and live transactions only where requests come', () => {
  const lines = [line(11_000, 41), line(11_500, 42, { transactions: 9 }), line(21_000, 41), '']
  expect(samplesOf(lines.join('\n'), 1_000)).toEqual([
    { at: 10, values: { heap: 7, external: 3, 'handles and timers': 2 } },
    {
      at: 10.5,
      values: {
        'heap of process 2': 7,
        'external of process 2': 3,
        'handles and timers of process 2': 2,
        'transactions of process 2': 9,
      },
    },
    { at: 20, values: { heap: 7, external: 3, 'handles and timers': 2 } },
  ])
})

test('a process whose heap was not collected yet has none', () => {
  expect(samplesOf(line(11_000, 41, { heap: undefined }), 1_000)).toEqual([
    { at: 10, values: { external: 3, 'handles and timers': 2 } },
  ])
})

test('a run too short for a single look has none', () => {
  expect(samplesOf('', 0)).toEqual([])
})
