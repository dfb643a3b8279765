import { expect, test } from '@jest/globals'
import { FailoverReport } from '#src/failover-report.js'

test('the first failure of a destination is logged at once, the others once per second', () => {
  const lines: object[] = []
  const ignore = () => undefined
  const warn = (fields: object) => lines.push(fields)
  const report = new FailoverReport({ error: ignore, warn, info: ignore, debug: ignore })
  for (let now = 0; now < 2_000; now += 10) report.failed('sip:a', 'no-response', now)
  report.failed('sip:b', 'response', 2_000)
  expect(lines).toEqual([
    { destination: 'sip:a', cause: 'no-response', requests: 1 },
    { destination: 'sip:a', cause: 'no-response', requests: 100 },
    { destination: 'sip:b', cause: 'response', requests: 1 },
  ])
})

test('requests that went on to a further destination are counted', () => {
  const ignore = () => undefined
  const report = new FailoverReport({ error: ignore, warn: ignore, info: ignore, debug: ignore })
  report.wentOn()
  report.wentOn()
  expect(report.failovers).toBe(2)
})
