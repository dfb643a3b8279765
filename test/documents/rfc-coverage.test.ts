/** docs/rfc-coverage.md names files and tests that exist. */
import { expect, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { repository } from './repository.js'

const rows = readFileSync(`${repository}/docs/rfc-coverage.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && line.includes('`'))
const paths = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, path]) => path!))

test('the table has rows, each with a source and a test', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows)
    expect(row).toMatch(/^\|[^|]+\|[^|]*`[^`]+\.ts`[^|]*\|[^|]*`[^`]+\.test\.ts`[^|]*\|$/)
})

test.each([...new Set(paths)])('%s exists', (path) => {
  expect(existsSync(`${repository}/${path}`)).toBe(true)
})
