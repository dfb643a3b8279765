import { expect, test } from '@jest/globals'
import { parseLogLine, passes } from '#src/browser/log-line.js'

test('a line of pino is level, time, text and what belongs to it', () => {
  const json = '{"level":40,"time":1000,"pid":7,"set":"1","load":{"calls":2},"msg":"busy"}'
  expect(parseLogLine(json)).toEqual({
    ...{ level: 'warn', at: 1_000, text: 'busy', fields: 'set=1 load={"calls":2}' },
  })
  expect(parseLogLine('{"level":"error","time":"1970-01-01T00:00:01.000Z","msg":"x"}')).toEqual({
    ...{ level: 'error', at: 1_000, text: 'x', fields: '' },
  })
})

test('what is no line is left out', () => {
  expect([parseLogLine('plain'), parseLogLine('7'), parseLogLine('null')]).toEqual([
    ...[undefined, undefined, undefined],
  ])
})

test('a line passes by its level and by its text', () => {
  const line = parseLogLine('{"level":30,"time":1,"destination":"fs2","msg":"Down"}')!
  expect(passes(line, 'info', 'fs2')).toBe(true)
  expect(passes(line, 'info', 'down')).toBe(true)
  expect(passes(line, 'warn', '')).toBe(false)
  expect(passes(line, 'debug', 'fs3')).toBe(false)
})
