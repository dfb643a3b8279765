import { expect, test } from '@jest/globals'
import { facts, isColourful, printable, table } from '#src/operator/terminal.js'

test('columns are as wide as their widest text, whatever colour it has', () => {
  const rows = [
    ['fs1', { text: 'active', colour: 'green' }, 'x'],
    ['müßig', 'down', 'y'],
  ] as const
  expect(table(['ID', 'STATE', 'WHY'], rows, false)).toBe(
    ['ID     STATE   WHY', 'fs1    active  x', 'müßig  down    y', ''].join('\n'),
  )
  expect(table(['ID', 'STATE', 'WHY'], rows, true)).toContain('\u001b[32mactive\u001b[0m  x')
  expect(facts([['a', 'b']], true)).toBe('a  b\n')
})

test('colours are for terminals that want them: NO_COLOR, TERM=dumb and pipes have none', () => {
  expect(isColourful({ isTTY: true }, {})).toBe(true)
  expect(isColourful({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
  expect(isColourful({ isTTY: true }, { NO_COLOR: '' })).toBe(true)
  expect(isColourful({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
  expect(isColourful({}, {})).toBe(false)
})

test('what strangers have written does not speak to the terminal', () => {
  expect(printable('a\u001b[2J\u0007\u009bb')).toBe('a\ufffd[2J\ufffd\ufffdb')
})
