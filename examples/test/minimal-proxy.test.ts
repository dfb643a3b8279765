import { expect, test } from '@jest/globals'
import { edge } from '#src/minimal-proxy.js'

test('a call for its domain goes to the machine behind, with the Request-URI that the caller wrote', async () => {
  const app = await edge()
  const call = await app.inject({ method: 'INVITE', uri: 'sip:bob@example.com' })
  expect(call.status).toBe(200)
  const [branch] = call.branches
  expect(branch?.target.uri).toBe('sip:10.0.1.10')
  expect(branch?.request?.uri).toBe('sip:bob@example.com')
  expect(branch?.request?.headers.has('Record-Route')).toBe(true)
})

test('who wants to go elsewhere gets 403, and nothing leaves', async () => {
  const app = await edge()
  const call = await app.inject({ method: 'INVITE', uri: 'sip:0015550100@carrier.example' })
  expect([call.status, call.branches.length]).toEqual([403, 0])
})

test('OPTIONS to the edge itself is answered', async () => {
  const app = await edge()
  expect((await app.inject({ method: 'OPTIONS', uri: 'sip:example.com' })).status).toBe(200)
})
