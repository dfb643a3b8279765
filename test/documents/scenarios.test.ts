/** docs/scenarios.md has every acceptance scenario, and says where each is tested. */
import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { repository } from './repository.js'

test('the table of scenarios names the tests that exist (node tools/scenarios.mjs writes it)', () => {
  const { status, stderr } = spawnSync('node', ['tools/scenarios.mjs', '--check'], {
    cwd: repository,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
