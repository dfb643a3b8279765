import { expect, test } from '@jest/globals'
import { BlockedNumbers, blockedNumbers, edge } from '#src/custom-plugin.js'

test('a number that is blocked is refused before any route, and counted', async () => {
  const app = await edge()
  app.resolve(BlockedNumbers).block('900')
  const to = async (uri: string) => (await app.inject({ method: 'INVITE', uri })).status
  expect(await to('sip:666@example.com')).toBe(403)
  expect(await to('sip:900@example.com')).toBe(403)
  expect(await to('sip:600@example.com')).toBe(200)
  const { response } = await app.inject({ method: 'OPTIONS', uri: 'sip:example.com' })
  expect(response?.headers.get('X-Refused')).toBe('2')
})

test('a misspelt key is an error that names it', () => {
  const misspelt = { nubmers: ['666'] } as object
  expect(() => blockedNumbers(misspelt)).toThrow('nubmers')
})
