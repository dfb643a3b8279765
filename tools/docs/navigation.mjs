// The menu of the site is the list in docs/README.md: a heading is a group, a link an entry.
import { sitePath } from './pages.mjs'

/** What the reference has besides what stands in the repository. */
const generated = [
  { text: 'Configuration', page: 'reference/configuration.md' },
  { text: 'Commands', page: 'reference/commands.md' },
  { text: 'REST', page: 'reference/rest.md' },
  { text: 'Metrics', page: 'reference/metrics.md' },
]

/** Groups with their entries, each a title and the page of the site. */
export function navigation(text) {
  return text
    .split(/^## /m)
    .slice(1)
    .map((group) => {
      const title = group.slice(0, group.indexOf('\n')).trim()
      const links = [...group.matchAll(/^- \[([^\]]+)\]\(([^)#]+)\)/gm)]
      const items = links.map(([, name, link]) => ({ text: name, page: sitePath(`docs/${link}`) }))
      return { text: title, items: title === 'Reference' ? [...generated, ...items] : items }
    })
}
