// Links of Markdown pages: where they lead, and whether anything is there. Code is no link.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const fence = /^(\s*)(```+|~~~+)[^\n]*\n[\s\S]*?^\s*\2\s*$/gm
const linkOrCode = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)|\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)/g

/** Calls `change` for the target of each link, and puts what it returns in its place. */
export function withLinks(text, change) {
  return outsideFences(text, (prose) =>
    prose.replace(linkOrCode, (whole, _ticks, target) =>
      target === undefined ? whole : `](${change(target)})`,
    ),
  )
}

/** What stands between blocks of code, changed; they stay. */
export function outsideFences(text, change) {
  const parts = []
  let from = 0
  for (const { 0: block, index } of text.matchAll(fence)) {
    parts.push(change(text.slice(from, index)), block)
    from = index + block.length
  }
  return [...parts, change(text.slice(from))].join('')
}

/** Whether a link leads out of the repository. */
export function isExternal(target) {
  return /^[a-z][a-z\d+.-]*:/i.test(target)
}

/** The path in the repository that a link of a page names, and the heading in it. */
export function resolveLink(page, target) {
  const [path, anchor] = target.split('#')
  const at = path === '' ? page : normalize(join(dirname(page), decodeURI(path)))
  return { path: at.replace(/\/$/, ''), anchor }
}

/** What stands behind # for a heading, as web sites of repositories make it. */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

/** Slugs of a page's headings. */
export function anchorsOf(text) {
  const anchors = new Map()
  outsideFences(text, (prose) => {
    for (const [, heading] of prose.matchAll(/^#{1,6} (.+)$/gm)) {
      const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '')
      const name = slug(plain)
      const before = anchors.get(name) ?? 0
      anchors.set(name, before + 1)
      if (before > 0) anchors.set(`${name}-${before}`, 1)
    }
    return prose
  })
  return new Set(anchors.keys())
}

/** One line for each link of these pages that leads nowhere. */
export function deadLinks(root, pages) {
  const anchors = new Map()
  const dead = []
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    withLinks(text, (target) => {
      if (isExternal(target)) return target
      const { path, anchor } = resolveLink(page, target)
      const file = join(root, path)
      if (!existsSync(file)) dead.push(`${page}: ${target}: there is no ${path}`)
      else if (anchor !== undefined && statSync(file).isFile()) {
        if (!anchors.has(path)) anchors.set(path, anchorsOf(readFileSync(file, 'utf8')))
        if (!anchors.get(path).has(anchor)) {
          dead.push(`${page}: ${target}: no heading of ${path} is called so`)
        }
      }
      return target
    })
  }
  return dead
}
