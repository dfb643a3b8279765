import { expect, test } from '@jest/globals'
import { trace, traceOptions } from '#src/config/trace-section.js'

test('absent or not enabled: nothing is remembered', () => {
  expect(traceOptions(trace.parse(undefined))).toBeUndefined()
  expect(traceOptions(trace.parse({ enabled: false }))).toBeUndefined()
})

test('an empty section is on with the bounds of the plugin', () => {
  expect(traceOptions(trace.parse({}))).toEqual({ messages: 20_000, perCall: 200 })
  expect(traceOptions(trace.parse({ messages: 500, perCall: 20 }))).toEqual({
    ...{ messages: 500, perCall: 20 },
  })
})

test('a bound out of range names what was expected', () => {
  expect(trace.safeParse({ messages: 1 }).error?.issues[0]?.message).toBe(
    'a number from 100 to 1000000',
  )
})
