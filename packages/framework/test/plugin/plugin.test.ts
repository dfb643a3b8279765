import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { definePlugin } from '#src/plugin/plugin.js'

const limiter = definePlugin({
  name: 'limiter',
  config: z.strictObject({ rate: z.number().positive().default(50), burst: z.number() }),
  setup: () => undefined,
})

test('a plugin carries its name and what it requires', () => {
  expect(limiter({ burst: 1 })).toMatchObject({ name: 'limiter', requires: [] })
})

test('every faulty key of a configuration is named, a misspelt one too', () => {
  const wrong = { rat: 3, rate: 'fast' } as unknown as { burst: number }
  expect(() => limiter(wrong)).toThrow(
    expect.objectContaining({
      code: 'SIPW_ERR_PLUGIN_CONFIG',
      message: expect.stringMatching(/^plugin limiter: rate: .*; burst: .*rat/),
    }),
  )
})
