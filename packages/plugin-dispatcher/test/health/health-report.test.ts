import { expect, test } from '@jest/globals'
import { parseHealthReport } from '#src/health/health-report.js'

test.each([
  ['up', { state: 'up', reason: 'up' }],
  ['up 75%\n', { state: 'up', reason: 'up 75%', percent: 75 }],
  ['75%', { state: 'up', reason: '75%', percent: 75 }],
  ['ready', { state: 'up', reason: 'ready' }],
  ['drain', { state: 'busy', reason: 'drain' }],
  ['maint # new disk', { state: 'busy', reason: 'maint: new disk' }],
  ['down # no licence', { state: 'down', reason: 'down: no licence' }],
  ['ready,up,maxconn:30', { state: 'up', reason: 'ready up maxconn:30' }],
  ['up drain', { state: 'busy', reason: 'up drain' }],
  ['hello world', undefined],
  ['', undefined],
])('HAProxy agent words %j', (body, expected) => {
  expect(parseHealthReport(body)).toEqual(expected)
})

test.each([
  [{ status: 'ok' }, { state: 'up', reason: 'ok' }],
  [
    { status: 'ok', weight: 40, calls: 1, max: 0, cpu: 0.6, queues: { transcode: 3 } },
    { state: 'up', reason: 'ok', percent: 40 },
  ],
  [
    { status: 'ok', calls: 600, max: 600 },
    { state: 'busy', reason: '600 of 600 calls' },
  ],
  [
    { status: 'busy', reason: 'cpu' },
    { state: 'busy', reason: 'busy: cpu' },
  ],
  [{ status: 'drain' }, { state: 'busy', reason: 'drain' }],
  [
    { status: 'fail', reason: 'a\r\nb' },
    { state: 'down', reason: 'fail: a b' },
  ],
  [{ status: 'fine' }, undefined],
  [{ status: 'ok', weight: 400 }, undefined],
])('JSON %j (operations.md §4.8)', (body, expected) => {
  expect(parseHealthReport(JSON.stringify(body))).toEqual(expected)
})

test('a reason is one line, and not a long one; half a JSON is none', () => {
  const reason = parseHealthReport(`down # ${'x'.repeat(1_000)}`)!.reason
  expect(reason).toHaveLength('down: '.length + 200)
  expect(parseHealthReport('{"status":')).toBeUndefined()
})
