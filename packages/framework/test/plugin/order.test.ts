import { expect, test } from '@jest/globals'
import { startOrder } from '#src/plugin/order.js'
import { type Plugin } from '#src/plugin/plugin.js'

const plugin = (name: string, ...requires: string[]): Plugin => ({
  name,
  requires,
  setup: () => undefined,
})
const names = (...plugins: Plugin[]): string[] => startOrder(plugins).map(({ name }) => name)

test('plugins start in the order of the list', () => {
  expect(names(plugin('a'), plugin('b'), plugin('c'))).toEqual(['a', 'b', 'c'])
})

test('a required plugin starts first, the others keep their order', () => {
  expect(names(plugin('a', 'c'), plugin('b'), plugin('c'))).toEqual(['c', 'a', 'b'])
})

test.each([
  ['twice the same', [plugin('a'), plugin('a')], 'SIPW_ERR_PLUGIN_DUPLICATE', 'a'],
  ['a missing one', [plugin('a', 'tls')], 'SIPW_ERR_PLUGIN_MISSING', 'tls'],
  ['a cycle', [plugin('a', 'b'), plugin('b', 'a')], 'SIPW_ERR_PLUGIN_CYCLE', 'a → b → a'],
])('%s is refused by name', (_, plugins, code, named) => {
  expect(() => startOrder(plugins)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(named) }),
  )
})
