import { expect, test } from '@jest/globals'
import { difference } from '#src/browser/difference.js'

function marked(before: string, after: string): string {
  const marks = { same: ' ', added: '+', removed: '-' }
  return difference(before, after)
    .map(({ kind, text }) => marks[kind] + text)
    .join('|')
}

test('what went away stands before what came, and what is alike stays', () => {
  const before = 'INVITE sip:a SIP/2.0\r\nVia: one\r\nMax-Forwards: 70\r\nTo: a\r\n\r\n'
  const after = 'INVITE sip:b SIP/2.0\r\nVia: two\r\nVia: one\r\nMax-Forwards: 69\r\nTo: a\r\n\r\n'
  expect(marked(before, after)).toBe(
    '-INVITE sip:a SIP/2.0|+INVITE sip:b SIP/2.0|+Via: two| Via: one|-Max-Forwards: 70|+Max-Forwards: 69| To: a',
  )
})

test('applied to the old text it makes the new one', () => {
  const [old, now] = ['a\nb\nc\nd', 'b\nx\nd\ne']
  const lines = difference(old, now)
  const read = (without: string): string =>
    lines
      .filter(({ kind }) => kind !== without)
      .map(({ text }) => text)
      .join('\n')
  expect([read('added'), read('removed')]).toEqual([old, now])
})

test('a message of more lines than anybody compares is shown as it is', () => {
  const long = Array.from({ length: 500 }, (_, index) => String(index)).join('\n')
  expect(difference('x', long).every(({ kind }) => kind === 'same')).toBe(true)
})
