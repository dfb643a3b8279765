// The site of the documentation; tools/docs/main.mjs puts pages and menu into docs/dist, and builds it.
import { readFileSync } from 'node:fs'
import { slug } from '../../tools/docs/links.mjs'

const menu = JSON.parse(readFileSync(new URL('../dist/navigation.json', import.meta.url), 'utf8'))
const link = (page) => `/${page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`

export default {
  title: 'sipwright',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  description: 'The SIP edge that TypeScript developers program',
  srcDir: 'dist/pages',
  outDir: 'dist/site',
  cacheDir: 'dist/cache',
  // For a site that does not begin at the root of its host: SITE_BASE=/sipwright/ npm run docs
  base: process.env.SITE_BASE ?? '/',
  // Braces are what paths have: no attributes.
  markdown: { html: false, anchor: { slugify: slug }, attrs: { disable: true } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: menu.map(({ text, items }) => ({
      text,
      items: items.map((item) => ({ text: item.text, link: link(item.page) })),
    })),
    docFooter: { prev: false, next: false },
  },
}
