import { expect, test } from '@jest/globals'
import { edge } from '#src/weighted-canary.js'

const invite = { method: 'INVITE', uri: 'sip:bob@example.com' }

test('of a hundred calls the canary gets five, evenly mixed', async () => {
  const app = await edge()
  let canary = 0
  for (let call = 0; call < 100; call++) {
    const { branches } = await app.inject(invite)
    if (branches[0]?.target.uri === 'sip:10.0.1.20') canary++
  }
  expect(canary).toBe(5)
})

test('who asks for it gets it, and what it fails at the stable release answers', async () => {
  const app = await edge()
  const call = await app.inject(
    { ...invite, headers: { 'X-Release': 'canary' } },
    { backends: { 'sip:10.0.1.20': 500 } },
  )
  expect(call.status).toBe(200)
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:10.0.1.20', 'sip:10.0.1.10'])
  expect(call.branches[0]?.request?.headers.has('X-Release')).toBe(false)
})
