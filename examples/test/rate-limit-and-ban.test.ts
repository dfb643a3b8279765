import { expect, test } from '@jest/globals'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { edge } from '#src/rate-limit-and-ban.js'

const invite = (uri: string) => ({ method: 'INVITE', uri })

test('five calls at once are asked who they are, the sixth is one too many', async () => {
  const app = await edge()
  const answers: (number | undefined)[] = []
  for (let call = 0; call < 6; call++) {
    answers.push((await app.inject(invite('sip:600@example.com'))).status)
  }
  expect(answers).toEqual([407, 407, 407, 407, 407, 503])
})

test('numbers abroad are refused, those of our own country are not', async () => {
  const app = await edge()
  expect((await app.inject(invite('sip:0037255501000@example.com'))).status).toBe(403)
  expect((await app.inject(invite('sip:004930123456@example.com'))).status).toBe(407)
})

test('a scanner hears nothing, and nothing else of its address is heard', async () => {
  const app = await edge()
  const scan = { ...invite('sip:100@example.com'), headers: { 'User-Agent': 'friendly-scanner' } }
  expect((await app.inject(scan)).status).toBeUndefined()
  expect((await app.inject(invite('sip:600@example.com'))).status).toBeUndefined()
  expect(
    app
      .resolve(RateLimits)
      .bans.list()
      .map(({ source }) => source),
  ).toEqual(['198.51.100.10'])
})
