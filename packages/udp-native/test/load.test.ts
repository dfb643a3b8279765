/** Loading never throws: whatever is wrong with the compiled file becomes the reason that is told. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Package from '#src/index.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const file = `udp-${process.platform}-${process.arch}.node`
let copy = ''

/** The package as somebody installed it, without what was compiled here. */
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'udp-native-'))
  for (const name of ['package.json', 'build.mjs', 'src', 'dist']) {
    cpSync(join(root, name), join(copy, name), { recursive: true })
  }
})
afterEach(() => rmSync(copy, { recursive: true }))

test('without a compiled file the reason is "not built", and opening throws', async () => {
  const { whyUnavailable, openUdp } = await load()
  expect(whyUnavailable()).toBe(process.platform === 'linux' ? 'not built' : expect.anything())
  expect(() => openUdp({ family: 4, address: '127.0.0.1', port: 0 }, silent)).toThrow('udp-native')
})

test('what is no library for this system is a reason, not an exception', async () => {
  mkdirSync(join(copy, 'build'))
  writeFileSync(join(copy, 'build', file), 'not a library')
  const { whyUnavailable } = await load()
  expect(whyUnavailable()).toMatch(/invalid ELF header|file too short|^not for /)
})

test('without a compiler or headers one line says so, and installing succeeds', () => {
  const noCompiler = build({ CC: '/nonexistent/cc' })
  expect(noCompiler.status).toBe(0)
  expect(noCompiler.stderr).toMatch(
    /^@sipwright\/udp-native is not built, node:dgram is used instead: .+\n$/,
  )
})

test('a compiler that fails is a line too', () => {
  const { status, stderr } = build({ CC: 'false' })
  expect(status).toBe(0)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

const silent = {
  remember: () => undefined,
  received: () => undefined,
  failed: () => undefined,
}

function load(): Promise<typeof Package> {
  return import(pathToFileURL(join(copy, 'dist', 'index.js')).href) as Promise<typeof Package>
}

function build(environment: Readonly<Record<string, string>>) {
  return spawnSync(process.execPath, [join(copy, 'build.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
}
