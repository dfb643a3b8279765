// Brings a fresh clone to a built one: installs dependencies when they are missing or differ from
// the lock file, then compiles. Uses nothing but Node, so that `npm start` and `npm test` need no
// step before them.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`sipwright needs Node.js 20.19 or newer; this is ${process.versions.node}.`)
}

if (!dependenciesMatchLockFile()) {
  run('npm', ['ci', '--no-audit', '--no-fund'], 'Installing dependencies failed.')
}
removeOutputsOfDeletedSources()
// Where it cannot be compiled, it says so and everything runs over node:dgram.
run(process.execPath, [join('packages', 'udp-native', 'build.mjs')], 'Compiling C failed.')
run(
  process.execPath,
  [join('node_modules', 'typescript7', 'bin', 'tsc'), '-b'],
  'The build failed.',
)
await bundleDashboard()

/** npm writes what it installed to node_modules/.package-lock.json: compare it with what is locked. */
function dependenciesMatchLockFile() {
  const installedFile = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked).every(
    ([path, { version, link, optional }]) =>
      !path.includes('node_modules/') ||
      (link === true
        ? existsSync(join(root, path))
        : optional || installed[path]?.version === version),
  )
}

/** `tsc -b` keeps the output of a source that is gone, and jest would go on running its tests. */
function removeOutputsOfDeletedSources() {
  for (const [source, output] of projects()) {
    if (!existsSync(output)) continue
    for (const name of readdirSync(output, { recursive: true })) {
      const stem = /^(.*?)(\.d)?\.[jt]s(\.map)?$/.exec(name)?.[1]
      const isGone = ['.ts', '.tsx'].every((end) => !existsSync(join(source, `${stem}${end}`)))
      if (stem !== undefined && isGone) rmSync(join(output, name))
    }
  }
}

/** What a browser loads is made anew when what it is made of is newer. */
async function bundleDashboard() {
  const folder = join(root, 'packages', 'dashboard')
  const site = join(folder, 'site')
  const made = join(site, 'dist', 'index.html')
  const pages = readdirSync(site, { withFileTypes: true }).filter((entry) => entry.isFile())
  const sources = [
    ...pages.map(({ name }) => join(site, name)),
    ...readdirSync(join(folder, 'dist'), { recursive: true })
      .filter((name) => name.endsWith('.js'))
      .map((name) => join(folder, 'dist', name)),
    ...[join(folder, 'vite.config.mjs'), join(root, 'package-lock.json')],
  ]
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs))
  if (existsSync(made) && statSync(made).mtimeMs >= newest) return
  const { build } = await import('vite')
  await build({ configFile: join(folder, 'vite.config.mjs') })
}

/** Pairs of source folder and output folder, read from the solution's own references. */
function projects() {
  const solution = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  return solution.references.map(({ path }) => {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, path, 'tsconfig.json'), 'utf8'))
    return [join(root, path, compilerOptions.rootDir), join(root, path, compilerOptions.outDir)]
  })
}

function run(command, args, failure) {
  // Output goes to stderr: stdout belongs to the command that comes after.
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) fail(failure)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
