import { expect, test } from '@jest/globals'
import { forMachines, forPeople } from '#src/log-text.js'

const text = 'a\x1b[2J\x00\b\r\x7f\x9b\u0085\u202e\u2028\u2066 "q" \\ \\u001b \t\n é ÿ 你 end'
const line = JSON.stringify({ msg: text })

test('for machines nothing that a terminal obeys is left, and what is read is what was written', () => {
  const written = forMachines(line)
  expect(written).toMatch(/^[\x20-\x7e\xa0-\xff你]+$/)
  expect(JSON.parse(written)).toEqual({ msg: text })
})

test('for people such characters are read as the text of their escapes; ends of lines and other text stay', () => {
  const { msg } = JSON.parse(forPeople(line)) as { msg: string }
  expect(msg).toBe(
    String.raw`a\u001b[2J\u0000\b\r\u007f\u009b\u0085\u202e\u2028\u2066 "q" \ \u001b ` +
      '\t\n é ÿ 你 end',
  )
})

test('a line of ours is left as it is', () => {
  const plain = '{"level":30,"msg":"ready","path":"C:\\\\n","stack":"a\\n    at b"}\n'
  expect(forMachines(plain)).toBe(plain)
  expect(forPeople(plain)).toBe(plain)
})
