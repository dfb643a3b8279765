/** The command as it is called: exit statuses, what it prints, what it writes and what it leaves alone. */
import { afterEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderWith, removeFolders } from './rig.js'

afterEach(removeFolders)

const command = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'sipwright.mjs')

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('node', [command, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a list alone is enough; a second time it overwrites nothing without --force', () => {
  const folder = folderWith({ list: '1 sip:a.example' })
  const out = join(folder, 'deep', 'out')
  const args = ['import', 'kamailio', '--list', join(folder, 'list'), '-o', out]
  const first = run(...args)
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(first.stdout).toContain('1 translated, 0 approximated, 0 not translated, 0 inactive')
  expect(readdirSync(out).sort()).toEqual([
    'MIGRATION.md',
    'dispatcher.list',
    'lb.yaml',
    'routes.ts',
  ])
  const before = readFileSync(join(out, 'lb.yaml'), 'utf8')
  const second = run(...args)
  expect(second).toMatchObject({ status: 2, stdout: '' })
  expect(second.stderr).toBe(
    `${out}/lb.yaml cannot be written: it is there; --force overwrites it\n`,
  )
  expect(readFileSync(join(out, 'lb.yaml'), 'utf8')).toBe(before)
  expect(run(...args, '--force').status).toBe(0)
})

test('--json prints one object', () => {
  const folder = folderWith({ list: '1 sip:a.example\nx' })
  const { stdout } = run(
    'import',
    'kamailio',
    '--list',
    join(folder, 'list'),
    '-o',
    join(folder, 'out'),
    '--json',
  )
  expect(JSON.parse(stdout)).toMatchObject({
    totals: { translated: 1, 'not translated': 1 },
    rows: [
      { line: 1, subject: '1 sip:a.example' },
      { line: 2, verdict: 'not translated' },
    ],
  })
})

test('bad input is one line with file and line, status 2, and nothing is written', () => {
  const folder = folderWith({ 'k.cfg': 'debug=2\nroute {\n' })
  const out = join(folder, 'out')
  const { status, stdout, stderr } = run(
    'import',
    'kamailio',
    '--cfg',
    join(folder, 'k.cfg'),
    '-o',
    out,
  )
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(`${folder}/k.cfg:2: found route without an end, expected a closing }\n`)
  expect(existsSync(out)).toBe(false)
})

test('a command line that is not understood is status 2', () => {
  expect(run('import', 'kamailio')).toMatchObject({
    status: 2,
    stderr: 'nothing to import: give --cfg, --list or --db\n',
  })
  expect(run('import', 'kamailio', '--lst', 'x').status).toBe(2)
  expect(run('import', 'kamailio', '--list', 'x', '--db', 'y').status).toBe(2)
  expect(run('--help').status).toBe(0)
})
