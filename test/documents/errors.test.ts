/** docs/errors.md and the table of errors say the same. */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { errors } from '@sipwright/framework'
import { repository } from './repository.js'

const text = readFileSync(`${repository}/docs/errors.md`, 'utf8')
const documented = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
)

test('every code has a section, and no section is left of a code that is gone', () => {
  expect([...documented.keys()].toSorted()).toEqual(Object.keys(errors).toSorted())
})

test.each(Object.entries(errors))('%s stands there with its status and text', (code, entry) => {
  expect(documented.get(code)).toContain(`Status ${entry.status}: \`${entry.text}\``)
})
