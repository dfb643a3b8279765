// Which files of the repository are pages of the site, under which names, and with which links.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isExternal, outsideFences, resolveLink, withLinks } from './links.mjs'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Paths of all pages, from the root of the repository. */
export function sources() {
  const docs = readdirSync(join(root, 'docs'), { recursive: true })
    .filter((name) => name.endsWith('.md') && !/^(dist|\.vitepress)\//.test(name))
    .map((name) => `docs/${name}`)
  const folders = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  )
  const readmes = [...folders, 'bench', 'deploy', 'examples'].map((each) => `${each}/README.md`)
  return ['README.md', 'CONTRIBUTING.md', ...docs.sort(), ...readmes].filter((path) =>
    existsSync(join(root, path)),
  )
}

/** The name of a page on the site; undefined for what is none. */
export function sitePath(path) {
  const clean = join(path)
  if (clean === 'README.md') return 'quickstart.md'
  if (clean === 'CONTRIBUTING.md') return 'contributing.md'
  if (clean.startsWith('docs/') && clean.endsWith('.md')) {
    return clean.slice('docs/'.length).replace(/README\.md$/, 'index.md')
  }
  return clean.endsWith('/README.md') ? clean.replace(/\/README\.md$/, '.md') : undefined
}

/** By name on the site, the text of each page, and of each file that one of them links to. */
export function stagedPages() {
  const pages = new Map()
  const files = new Set()
  const known = new Set(sources())
  for (const path of known) {
    const text = readFileSync(join(root, path), 'utf8')
    const linked = withLinks(text, (target) => siteLink(path, target, known, files))
    pages.set(sitePath(path), outsideFences(linked, plain))
  }
  for (const path of files) pages.set(fileName(path), filePage(path))
  return pages
}

/** What a link of a page is on the site. A folder without a page of its own is shown by its list of files. */
function siteLink(page, target, known, files) {
  if (isExternal(target)) return target
  const { path, anchor } = resolveLink(page, target)
  const behind = anchor === undefined ? '' : `#${anchor}`
  if (path.startsWith('docs/images/')) return path.slice('docs'.length)
  const readme = `${path}/README.md`
  const file = known.has(readme) ? readme : path
  if (known.has(file)) return `/${sitePath(file)}${behind}`
  files.add(file)
  return `/${fileName(file)}`
}

function fileName(path) {
  return `files/${path}.md`
}

/** A file, or the names in a folder, as a page that nobody has to leave the site for. */
function filePage(path) {
  const file = join(root, path)
  const title = `# ${path}\n\n`
  if (statSync(file).isDirectory()) {
    const names = readdirSync(file).filter((name) => name !== 'dist' && name !== 'node_modules')
    return `${title}${names.map((name) => `- \`${name}\`\n`).join('')}`
  }
  const language = languages.get(extname(path)) ?? 'text'
  return `${title}\`\`\`\`${language}\n${readFileSync(file, 'utf8').trimEnd()}\n\`\`\`\`\n`
}

const languages = new Map([
  ['.ts', 'ts'],
  ['.mjs', 'js'],
  ['.yaml', 'yaml'],
  ['.json', 'json'],
  ['.sh', 'sh'],
  ['.c', 'c'],
  ['.service', 'ini'],
])

/** Without comments and what folds, which are for other readers; and {{ }} is no program. */
function plain(text) {
  return text
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .replace(/<summary>([\s\S]*?)<\/summary>/g, '$1')
    .replace(/<\/?details>/g, '')
    .replaceAll('{{', '&#123;&#123;')
}
