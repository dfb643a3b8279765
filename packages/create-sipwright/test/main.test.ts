/** The command as it is called. */
import { afterAll, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '..', '..', 'bin', 'create-sipwright.mjs')
const parent = mkdtempSync(join(tmpdir(), 'create-sipwright-'))
afterAll(() => rmSync(parent, { recursive: true }))

function create(...args: readonly string[]) {
  return spawnSync('node', [bin, ...args], { encoding: 'utf8', cwd: parent })
}

test('it writes a project and says what comes next', () => {
  const { status, stdout } = create('my-edge', '--template', 'minimal')
  expect(status).toBe(0)
  expect(stdout).toContain('cd my-edge')
  expect(existsSync(join(parent, 'my-edge', 'src', 'edge.ts'))).toBe(true)
})

test('without a terminal it asks nothing: a missing folder is a fault, in one line', () => {
  const { status, stderr } = create()
  expect([status, stderr]).toEqual([
    1,
    'create-sipwright: which folder? create-sipwright <folder> [--template <name>]\n',
  ])
})

test('a template that is not there is named together with those that are', () => {
  const { status, stderr } = create('other', '--template', 'huge')
  expect(status).toBe(2)
  expect(stderr).toContain('load-balancer, secure-edge, minimal')
})
