// Everything that `npm test` runs after the build: lint, then all tests in both modes of UDP. Each run closes with a
// plain line. Arguments go to jest, which then runs once.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureCommands } from './debian-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const only = process.argv.slice(2)

if (only.length === 0) {
  step('lint', ['node_modules/eslint/bin/eslint.js', '.'])
  step('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'])
  const missing = ensureCommands(
    'sipp',
    'pg_ctlcluster',
    'mariadbd',
    'kamailio',
    'svmap',
    'tshark',
    'sngrep',
    'chromium',
    'promtool',
    'keepalived',
    'systemd-analyze',
  )
  if (missing !== undefined) stop(missing)
}

// Both ways of UDP must behave alike: all tests run over native batches where they can be had, and those that are about
// traffic over UDP again over node:dgram. The others know no more of it than that there is an interface.
const traffic = [
  'test/dist/system/(balancing|reload|restart|tls|topology-hiding|unreachable|workers)',
  ...['test/dist/hostile/flood', 'apps', 'bench/test/dist/systems', 'packages/udp-native'],
  ...['packages/framework/test/dist/(transport|workers|server)', 'packages/plugin-tls'],
]
const { whyUnavailable } = await import('../packages/udp-native/dist/index.js')
const reason = process.env.SIPWRIGHT_NATIVE === '0' ? 'SIPWRIGHT_NATIVE=0' : whyUnavailable()
if (reason === undefined) {
  console.log('tests over native batches')
  tests({ SIPWRIGHT_NATIVE: '1' }, only)
  if (only.length === 0) {
    console.log('\ntests over node:dgram (SIPWRIGHT_NATIVE=0)')
    tests({ SIPWRIGHT_NATIVE: '0' }, traffic)
  }
} else {
  console.log(`tests over node:dgram (${reason})`)
  tests({ SIPWRIGHT_NATIVE: '0' }, only)
}

function tests(environment, patterns) {
  const args = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    '--enable-source-maps',
    '--unhandled-rejections=strict',
    'node_modules/jest/bin/jest.js',
    ...patterns,
  ]
  step('tests', args, environment)
}

function step(name, args, environment = {}) {
  const env = { ...process.env, ...environment }
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env })
  if (status !== 0) stop(`${name} failed`)
}

function stop(reason) {
  console.error(`npm test stopped: ${reason}`)
  process.exit(1)
}
