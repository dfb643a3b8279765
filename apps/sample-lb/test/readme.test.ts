import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { usage } from '#src/command-line.js'
import { configTable } from './config-table.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test('the table of configuration keys is the one that the schema makes', () => {
  expect(between('<!-- config -->', '<!-- /config -->')).toBe(configTable())
})

test('the usage is the one that --help prints', () => {
  expect(readme).toContain(usage.trim())
})

function between(start: string, end: string): string {
  return readme.slice(readme.indexOf(start) + start.length, readme.indexOf(end)).trim()
}
