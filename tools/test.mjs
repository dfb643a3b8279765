// Everything that `npm test` runs after the build: lint, then all tests. Prints a plain closing line.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureCommands } from './debian-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const only = process.argv.slice(2)

if (only.length === 0) {
  step('lint', ['node_modules/eslint/bin/eslint.js', '.'])
  step('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'])
  const missing = ensureCommands('sipp')
  if (missing !== undefined) stop(missing)
}
step('tests', [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--enable-source-maps',
  '--unhandled-rejections=strict',
  'node_modules/jest/bin/jest.js',
  ...only,
])

function step(name, args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) stop(`${name} failed`)
}

function stop(reason) {
  console.error(`npm test stopped: ${reason}`)
  process.exit(1)
}
