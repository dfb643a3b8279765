/** docs/readiness.md claims no more than it shows: each row has one of four words, and names tests that exist. */
import { expect, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.js'

const rows = readFileSync(`${repository}/docs/readiness.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| feature'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, feature, state, shown]) => ({ feature: feature!, state: state!, shown: shown! }))

test.each(rows)('$feature: $state', ({ state, shown }) => {
  expect(['Tested', 'Implemented', 'Planned', 'not a goal']).toContain(state)
  const named = [...shown.matchAll(/`((?:test|packages|apps)\/[^`]+)`/g)].map(([, path]) => path!)
  const missing = named.filter((path) =>
    [path, `${path}.test.ts`].every((each) => !existsSync(join(repository, each))),
  )
  expect(missing).toEqual([])
  const isShown = named.length > 0
  expect(isShown).toBe(state === 'Tested' || state === 'Implemented')
})

test('there are rows', () => {
  expect(rows.length).toBeGreaterThan(20)
})
