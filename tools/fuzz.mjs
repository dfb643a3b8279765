// npm run fuzz: the fuzz targets of all packages, as long as one likes. What breaks one is written beside the targets, where the
// tests run it from then on.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import 'reflect-metadata'
import { fuzz } from '../packages/framework/dist/testing/index.js'

const usage = `Usage: npm run fuzz -- [options]

  --targets <names>      which (default: all); a name, or package:name
  --executions <number>  inputs of each target (default 1000000)
  --minutes <number>     at most, for each target (default 10)
  --seed <number>        where the inputs begin (default: the time)
`

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    targets: { type: 'string' },
    executions: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
  process.exit(0)
}

const wanted = values.targets?.split(',')
const seed = Number(values.seed)
const bounds = { seed, executions: Number(values.executions), forMs: Number(values.minutes) * 6e4 }
console.log(`seed ${seed}`)

for (const name of packages()) {
  const folder = join(root, 'packages', name, 'test')
  const { targets } = await import(pathToFileURL(join(folder, 'dist', 'fuzz', 'targets.js')).href)
  for (const target of targets) {
    if (wanted && !wanted.includes(target.name) && !wanted.includes(`${name}:${target.name}`))
      continue
    run(name, join(folder, 'fuzz', 'kept'), target)
  }
}

function packages() {
  const targets = (name) => join(root, 'packages', name, 'test', 'dist', 'fuzz', 'targets.js')
  return readdirSync(join(root, 'packages')).filter((name) => existsSync(targets(name)))
}

function run(name, kept, target) {
  const began = performance.now()
  const { executions, failures } = fuzz(target, bounds)
  const seconds = (performance.now() - began) / 1_000
  const rate = Math.round(executions / seconds)
  console.log(
    `${name}:${target.name}: ${executions} inputs, ${rate}/s, ${failures.length} failures`,
  )
  for (const { input, reason } of failures) {
    process.exitCode = 1
    if (!existsSync(kept)) mkdirSync(kept)
    const digest = createHash('sha256').update(input, 'latin1').digest('hex').slice(0, 12)
    const file = join(kept, `${target.name}-${digest}`)
    writeFileSync(file, input, 'latin1')
    console.log(`${file}\n${reason}`)
  }
}
