import { expect, test } from '@jest/globals'
import { redacted } from '#src/report/redact.js'

test('passwords in URLs are taken out, whatever they are made of', () => {
  expect(redacted('x("mysql://u:p@w/d:x@host/k", 1)')).toBe('x("mysql://…@host/k", 1)')
  expect(redacted('$du = "sip:bob:pw@example.com";')).toBe('$du = "sip:bob:…@example.com";')
  expect(redacted('"sip:bob@example.com"')).toBe('"sip:bob@example.com"')
})

test('a line that speaks of a secret shows no string', () => {
  expect(redacted('pv_www_authenticate("$td", "hunter2", "0")')).not.toContain('hunter2')
  expect(redacted("$var(password) = 'hunter2';")).toBe('$var(password) = "…";')
  expect(redacted('$var(token) = "hunter2')).not.toContain('hunter2')
})

test('a definition shows its name alone', () => {
  expect(redacted('#!define DBPW "hunter2"')).toBe('#!define DBPW …')
  expect(redacted('#!substdef "!PW!hunter2!g"')).not.toContain('hunter2')
})

test('a long line is cut off where no secret can be cut in two', () => {
  const line = `${'x '.repeat(495)}mysql://user:${'hunter2'.repeat(100)}@host`
  expect(redacted(line)).not.toContain('hunter2')
})

test('one line stays one line', () => {
  expect(redacted('a\u2028b\nc\u0007d\u0085e')).toBe('a b c d e')
})
