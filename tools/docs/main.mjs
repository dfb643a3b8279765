// The documentation as one site, from the pages that stand in the repository and a reference made of the programs' own
// descriptions: `npm run docs` writes docs/dist/site, which any web server serves. It loads nothing from anywhere else.
// With --check nothing is built: it says which links lead nowhere, and fails if one does.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'vitepress'
import { deadLinks } from './links.mjs'
import { navigation } from './navigation.mjs'
import { root, sources, stagedPages } from './pages.mjs'
import { referencePages } from './reference.mjs'

const dead = deadLinks(root, sources())
for (const each of dead) console.error(each)
if (dead.length > 0) process.exit(1)

const staged = join(root, 'docs', 'dist', 'pages')
const pages = new Map([...stagedPages(), ...(await referencePages())])
const menu = navigation(readFileSync(join(root, 'docs', 'README.md'), 'utf8'))
const lost = menu.flatMap(({ items }) => items).filter(({ page }) => !pages.has(page))
for (const { page } of lost) console.error(`the navigation names ${page}, which is no page`)
if (lost.length > 0) process.exit(1)

if (!process.argv.includes('--check')) {
  rmSync(staged, { recursive: true, force: true })
  for (const [name, text] of pages) {
    mkdirSync(dirname(join(staged, name)), { recursive: true })
    writeFileSync(join(staged, name), text)
  }
  cpSync(join(root, 'docs', 'images'), join(staged, 'public', 'images'), { recursive: true })
  writeFileSync(join(root, 'docs', 'dist', 'navigation.json'), JSON.stringify(menu))
  await build(join(root, 'docs'))
}
