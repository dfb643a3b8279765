// Compiles src/udp.c with the system's compiler against the headers that came with Node.js. Where that cannot be done,
// one line says why and the exit status is 0: sipwright then uses node:dgram. Does nothing while the result is newer
// than its sources.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const source = join(root, 'src', 'udp.c')
const output = join(root, 'build', `udp-${process.platform}-${process.arch}.node`)

const flags = [
  ...['-std=c11', '-O2', '-Wall', '-Wextra', '-DNAPI_VERSION=8'],
  ...['-fPIC', '-shared', '-fvisibility=hidden'],
]

const reason = build()
if (reason !== undefined) {
  console.error(`@sipwright/udp-native is not built, node:dgram is used instead: ${reason}`)
}

/** Why it could not be built; undefined if it is there. */
function build() {
  if (process.platform !== 'linux') return `it is for Linux, this is ${process.platform}`
  if (isCurrent()) return undefined
  const headers = headerFolder()
  if (headers === undefined) return 'the headers of Node.js (include/node) are not installed'
  mkdirSync(dirname(output), { recursive: true })
  // Written beside it and moved: a process that starts meanwhile loads the old one or the new one.
  const fresh = `${output}.${process.pid}`
  const [compiler, ...own] = (process.env.CC || 'cc').split(' ').filter(Boolean)
  const { status, error, stderr } = spawnSync(
    compiler,
    [...own, ...flags, `-I${headers}`, source, '-o', fresh],
    { encoding: 'utf8', timeout: 120_000 },
  )
  if (status === 0) {
    renameSync(fresh, output)
    return undefined
  }
  rmSync(fresh, { force: true })
  // One of an older source would not fit what is around it.
  rmSync(output, { force: true })
  if (error?.code === 'ENOENT') return `there is no C compiler (${compiler})`
  return `${compiler} failed: ${(error?.message ?? stderr.trim().split('\n')[0]) || `status ${status}`}`
}

function isCurrent() {
  if (!existsSync(output)) return false
  const builtAt = statSync(output).mtimeMs
  return [source, fileURLToPath(import.meta.url)].every((file) => statSync(file).mtimeMs <= builtAt)
}

/** Beside the executable, as every distribution of Node.js has it, or where npm is told that it is. */
function headerFolder() {
  const prefixes = [join(dirname(process.execPath), '..'), process.env.npm_config_nodedir]
  return prefixes
    .filter((prefix) => prefix !== undefined)
    .map((prefix) => join(prefix, 'include', 'node'))
    .find((folder) => existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'uv.h')))
}
