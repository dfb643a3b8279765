import { expect, test } from '@jest/globals'
import { topologyHiding } from '@sipwright/plugin-topology-hiding'

test.each([
  [{ key: 'short' }, 'key'],
  [{ key: [] }, 'key'],
  [{ names: ['http://fs1'] }, 'names.0'],
  [{ strip: ['X Own'] }, 'strip.0'],
])('a value that cannot be meant is refused: %j', (config, key) => {
  expect(() => topologyHiding(config)).toThrow(
    expect.objectContaining({
      code: 'SIPW_ERR_PLUGIN_CONFIG',
      message: expect.stringContaining(key) as unknown,
    }),
  )
})

test('no key is ever in an error', () => {
  expect(() => topologyHiding({ key: 'tooshort', callId: 'x' as unknown as boolean })).not.toThrow(
    /tooshort/,
  )
})
