// Writes where each acceptance scenario is tested into docs/scenarios.md: a title that begins with `4b.7: ` or
// `4b.31, 4b.32: ` is a test of it. With --check it writes nothing, and fails if the table says anything else.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const file = join(root, 'docs', 'scenarios.md')
const scenarios = 62
const untested = '—'

const written = readFileSync(file, 'utf8')
const generated = withLocations(written, testedIn())
if (!process.argv.includes('--check')) writeFileSync(file, generated)
else if (generated !== written) {
  const stale = generated.split('\n').filter((line) => !written.split('\n').includes(line))
  console.error(`docs/scenarios.md is behind the tests; 'node tools/scenarios.mjs' writes:`)
  console.error(stale.join('\n'))
  process.exit(1)
}

/** By number, the files that test it. */
function testedIn() {
  const files = new Map()
  for (const path of testFiles()) {
    const text = readFileSync(join(root, path), 'utf8')
    for (const [, titled] of text.matchAll(/['"`](4b\.\d+(?:, 4b\.\d+)*): /g)) {
      for (const [, digits] of titled.matchAll(/4b\.(\d+)/g)) {
        const number = Number(digits)
        if (number < 1 || number > scenarios) fail(`${path}: there is no scenario ${number}`)
        files.set(number, (files.get(number) ?? new Set()).add(path))
      }
    }
  }
  return files
}

function testFiles() {
  return ['apps', 'packages', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => `${folder}/${name}`.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.test.ts') && !/(^|\/)(node_modules|dist)\//.test(path))
      .sort(),
  )
}

/** The table with its third column anew; every scenario must have its row, and an untested one a note: `not yet: why`. */
function withLocations(text, files) {
  const rows = new Set()
  const lines = text.split('\n').map((line) => {
    const cells = /^\| *(\d+) *\| (.*?) *\| [^|]* *\| *(.*?) *\|$/.exec(line)
    if (cells === null) return line
    const number = Number(cells[1])
    const [, , scenario, said] = cells
    const paths = [...(files.get(number) ?? [])]
    const note = paths.length > 0 && said.startsWith('not yet') ? '' : said
    if (rows.has(number)) fail(`docs/scenarios.md has two rows of scenario ${number}`)
    rows.add(number)
    if (paths.length === 0 && note === '') fail(`scenario ${number} has no test and no note why`)
    const where = paths.length === 0 ? untested : paths.map((path) => `\`${path}\``).join(', ')
    return `| ${number} | ${scenario} | ${where} | ${note}${note === '' ? '' : ' '}|`
  })
  for (let number = 1; number <= scenarios; number++) {
    if (!rows.has(number)) fail(`docs/scenarios.md has no row of scenario ${number}`)
  }
  return lines.join('\n')
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
