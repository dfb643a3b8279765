// The far ends that whole-system tests and the benchmark need from Debian: installed when they are missing and we
// are root, otherwise named in one line.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Package by the command that it brings. */
const packages = {
  sipp: 'sip-tester',
  kamailio: 'kamailio',
  pg_ctlcluster: 'postgresql',
  mariadbd: 'mariadb-server',
  svmap: 'sipvicious',
  tshark: 'tshark',
  sngrep: 'sngrep',
  chromium: 'chromium',
  promtool: 'prometheus',
  keepalived: 'keepalived',
  'systemd-analyze': 'systemd',
}

/** What Debian asks before a package starts its service, on the usual ports, which nobody asked for: 101 is no. */
const policy = '/usr/sbin/policy-rc.d'

/** Makes sure that the commands are there. Returns the line that says what is missing, or undefined. */
export function ensureCommands(...commands) {
  const missing = commands.filter((command) => !exists(command)).map((name) => packages[name])
  if (missing.length === 0) return undefined
  if (process.getuid?.() !== 0) {
    return `Missing Debian packages: ${missing.join(', ')}. Install them, or run as root to have them installed.`
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env }
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  const isOurs = !existsSync(policy)
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    if (spawnSync('apt-get', install, options).status !== 0) {
      spawnSync('apt-get', ['update'], options)
      spawnSync('apt-get', install, options)
    }
  } finally {
    if (isOurs) rmSync(policy)
  }
  const still = commands.filter((command) => !exists(command))
  return still.length === 0 ? undefined : `Could not install what brings: ${still.join(', ')}`
}

function exists(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0
}

// As a command: node tools/debian-packages.mjs sipp kamailio
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = ensureCommands(...process.argv.slice(2))
  if (missing !== undefined) {
    console.error(missing)
    process.exitCode = 1
  }
}
