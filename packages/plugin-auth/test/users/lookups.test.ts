import { expect, test } from '@jest/globals'
import { Lookups, type LookupsOptions, type UserSource } from '#src/users/lookups.js'

function lookups(find: UserSource['find'], changes: Partial<LookupsOptions> = {}): Lookups {
  const sources = [{ name: 'test', find }]
  return new Lookups({ sources, cacheSize: 2, cacheLifetimeMs: 1_000, pending: 2, ...changes })
}
const account = { ha1: {}, password: 'x' }

test('what is remembered is bounded, expires, and is forgotten by a reload', () => {
  const known = lookups(() => undefined)
  for (const user of ['a', 'b', 'a', 'c']) {
    if (known.remembered(user, 'r', 0) === undefined) known.remember(user, 'r', account, 0)
  }
  expect(known.size).toBe(2)
  expect(['a', 'b', 'c'].map((user) => known.remembered(user, 'r', 999) !== undefined)).toEqual([
    true,
    false,
    true,
  ])
  expect(known.remembered('a', 'r', 1_000)).toBeUndefined()
  expect(known.remembered('c', 'other', 0)).toBeUndefined()
  known.clear()
  expect(known.size).toBe(0)
})

test('the same question is asked once at a time, and so many wait at most', async () => {
  const asked: string[] = []
  let answer: (() => void) | undefined
  const gate = new Promise<void>((resolve) => (answer = resolve))
  const slow = lookups(async (user) => {
    asked.push(user)
    await gate
    return { password: 'p' }
  })
  const found = [slow.find('a', 'r'), slow.find('a', 'r'), slow.find('b', 'r')]
  await expect(slow.find('c', 'r')).rejects.toMatchObject({ code: 'SIPW_ERR_AUTH_BUSY' })
  answer!()
  expect(await Promise.all(found)).toMatchObject([{ password: 'p' }, { password: 'p' }, {}])
  expect(asked).toEqual(['a', 'b'])
  await slow.find('c', 'r')
  expect(asked).toEqual(['a', 'b', 'c'])
})

test('a function is asked with text, not with bytes; what it throws is a rejection', async () => {
  const asked: string[] = []
  const known = lookups((user, realm) => {
    asked.push(user, realm)
    if (user === 'boom') throw new Error('boom')
    return undefined
  })
  await known.find(Buffer.from('jürgen').toString('latin1'), 'r')
  await expect(known.find('boom', 'r')).rejects.toThrow('boom')
  expect(asked).toEqual(['jürgen', 'r', 'boom', 'r'])
})
