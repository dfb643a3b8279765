import { expect, test } from '@jest/globals'
import { samplesOf } from './sipp.js'

const head = 'CurrentTime;TotalCallCreated;SuccessfulCall(C);FailedCall(C);Retransmissions(C);'

test("SIPp's statistics are counts over time; a moment is the last of its three forms, and a line cut off is none", () => {
  const lines = [head, '2026-01-31\t12:00:00.25\t1700000000.250000;7;5;1;2;', '2026-01-31\t12:0']
  expect(samplesOf(lines.join('\n'))).toEqual([
    {
      ...{ at: 1_700_000_000_250, created: 7, successful: 5, failed: 1, retransmissions: 2 },
      reasons: {},
    },
  ])
})

test('why calls failed is told by name; of calls that did not there is nothing to tell', () => {
  const names = `${head}FailedCannotSendMessage(P);FailedCannotSendMessage(C);FailedTimeoutOnRecv(C);`
  const [late, none] = samplesOf(
    [names, '1\t1\t1;9;7;2;0;0;0;2;', '1\t1\t1;9;9;0;0;0;0;0;'].join('\n'),
  )
  expect(late?.reasons).toEqual({ TimeoutOnRecv: 2 })
  expect(none).not.toHaveProperty('reasons')
})

test('a file without lines or without a count is told from one that counts nothing', () => {
  expect(() => samplesOf(head)).toThrow('empty')
  expect(() => samplesOf('CurrentTime;Other\n1;2')).toThrow('no TotalCallCreated')
})
