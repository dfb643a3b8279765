import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { endpoints } from '#src/endpoints.js'
import { rpcMethods } from '#src/rpc/methods.js'
import { pathsTable } from './paths-table.js'
import { rpcTable } from './rpc-table.js'

test('the README has every path, with its scope', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, table] = /<!-- paths -->\n([\s\S]*?)\n<!-- \/paths -->/.exec(text) ?? []
  expect(table).toBe(pathsTable(endpoints))
})

test('the README has every command of the JSON-RPC door', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, table] = /<!-- rpc -->\n([\s\S]*?)\n<!-- \/rpc -->/.exec(text) ?? []
  expect(table).toBe(rpcTable(rpcMethods))
})
