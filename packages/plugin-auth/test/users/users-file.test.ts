import { expect, test } from '@jest/globals'
import { parseUsers } from '#src/users/users-file.js'

const md5 = 'A'.repeat(32)
const sha = 'b'.repeat(64)

test('lines as htdigest writes them; the length or a name tells the algorithm', () => {
  const { accounts, faults } = parseUsers(
    [
      '# users',
      '',
      `alice:example.com:${md5}`,
      `alice:example.com:${sha}`,
      `alice:example.com:SHA-512-256:${sha}\r`,
      `alice:other:${sha}`,
    ].join('\n'),
  )
  expect(faults).toEqual([])
  expect(accounts.find('alice', 'example.com')?.ha1).toEqual({
    MD5: 'a'.repeat(32),
    'SHA-256': sha,
    'SHA-512-256': sha,
  })
  expect(accounts.find('alice', 'other')?.ha1).toEqual({ 'SHA-256': sha })
  expect(accounts.find('alice', 'third')).toBeUndefined()
  expect(accounts.size).toBe(2)
})

test('each faulty line is named by its number, and nothing of it is told', () => {
  const text = [
    `alice:example.com:${md5}`,
    'bob',
    'bob:r:secret',
    `bob:r:SHA-1:${sha}`,
    `:r:${md5}`,
  ]
  const { faults } = parseUsers(text.join('\n'))
  expect(faults.map(({ line }) => line)).toEqual([2, 3, 4, 5])
  expect(JSON.stringify(faults)).not.toContain('secret')
})
