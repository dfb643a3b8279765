import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { endpoints } from '#src/endpoints.js'
import { pathsTable } from './paths-table.js'

test('the README has every path, with its scope', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, table] = /<!-- paths -->\n([\s\S]*?)\n<!-- \/paths -->/.exec(text) ?? []
  expect(table).toBe(pathsTable(endpoints))
})
