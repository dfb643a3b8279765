// Everything that `npm test` runs after the build: all tests in both modes of UDP, and lint beside them, which has what processor
// time the tests leave. Each run closes with a plain line. Arguments go to jest, which then runs once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureCommands } from './debian-packages.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const only = process.argv.slice(2)

const running = new Set()
if (only.length === 0) {
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
  'test/dist/system/(balancing|restart|tls|topology-hiding|unreachable|workers)',
  'test/dist/hostile/flood',
  'apps/sample-lb/test/dist/(serve|workers)',
  'bench/test/dist/systems',
  'packages/framework/test/dist/(transport|workers|server)',
  'packages/plugin-tls',
  'packages/udp-native',
]
const { whyUnavailable } = await import('../packages/udp-native/dist/index.js')
const reason = process.env.SIPWRIGHT_NATIVE === '0' ? 'SIPWRIGHT_NATIVE=0' : whyUnavailable()
const checked = only.length === 0 ? check() : undefined
if (reason === undefined) {
  console.log('tests over native batches')
  await tests({ SIPWRIGHT_NATIVE: '1' }, only)
  if (only.length === 0) {
    console.log('\ntests over node:dgram (SIPWRIGHT_NATIVE=0)')
    await tests({ SIPWRIGHT_NATIVE: '0' }, traffic)
  }
} else {
  console.log(`tests over node:dgram (${reason})`)
  await tests({ SIPWRIGHT_NATIVE: '0' }, only)
}
await checked

async function check() {
  await step('lint', ['node_modules/eslint/bin/eslint.js', '.'], { isIdle: true })
  await step(
    'format',
    ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    { isIdle: true },
  )
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
  return step('tests', args, { environment })
}

/** The first that fails ends all. */
async function step(name, args, { environment = {}, isIdle = false }) {
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  if (isIdle) setPriority(child.pid, constants.priority.PRIORITY_LOW)
  running.add(child)
  const [status] = await once(child, 'exit')
  running.delete(child)
  if (status !== 0) stop(`${name} failed`)
}

function stop(reason) {
  for (const child of running) child.kill()
  console.error(`npm test stopped: ${reason}`)
  process.exit(1)
}
