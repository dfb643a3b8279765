import { expect, test } from '@jest/globals'
import { callRecords, callRecordsOptions } from '#src/config/call-records-section.js'

test('absent: nothing is written; a file is relative to the configuration', () => {
  expect(callRecordsOptions(callRecords.parse(undefined), '/etc/lb')).toBeUndefined()
  expect(callRecordsOptions(callRecords.parse({ file: 'calls.jsonl' }), '/etc/lb')).toEqual({
    file: '/etc/lb/calls.jsonl',
  })
})

test('a webhook with its defaults; its URL and headers may name secrets', () => {
  const url = 'https://billing.example.com/calls'
  expect(callRecordsOptions(callRecords.parse({ webhook: { url } }), '/')).toEqual({
    webhook: { url, headers: {}, timeoutMs: 5_000, attempts: 5, retryMs: 1_000, maxQueue: 10_000 },
  })
  const section = callRecords.parse({
    webhook: { url, headers: { authorization: 'env:SIPWRIGHT_NO_SUCH' } },
  })
  expect(() => callRecordsOptions(section, '/')).toThrow('SIPWRIGHT_NO_SUCH is not set')
})

test('a section that names no place, and a URL that is none, are refused', () => {
  expect(callRecords.safeParse({}).error?.issues[0]?.message).toBe('a file, a webhook, or both')
  expect(callRecords.safeParse({ webhook: { url: 'ftp://x' } }).success).toBe(false)
})
