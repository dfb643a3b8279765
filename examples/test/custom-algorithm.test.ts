import { expect, test } from '@jest/globals'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { edge } from '#src/custom-algorithm.js'

test('the cheapest carrier first, the next one when it fails, and explain shows the prices', async () => {
  const app = await edge()
  const call = await app.inject(
    { method: 'INVITE', uri: 'sip:00441632960000@example.com' },
    { backends: { 'sip:10.0.2.11': 503 } },
  )
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:10.0.2.11', 'sip:10.0.2.12'])
  const { candidates } = app.resolve(Dispatcher).explain({ uri: 'sip:1@example.com' }, 'carriers')
  expect(candidates.map(({ id, score }) => [id, score])).toEqual([
    ['cheap', 3],
    ['middling', 7],
    ['dear', 12],
  ])
})
