/** The documentation is whole: no link leads nowhere, and the reference can be made of the programs as they are. */
import { afterEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { removeTemporaryFolders, temporaryFolder } from '../system/temporary-folder.js'
import { repository } from './repository.js'

afterEach(removeTemporaryFolders)

interface Links {
  readonly deadLinks: (root: string, pages: readonly string[]) => readonly string[]
}

test('every link of every page resolves, and every page of the menu exists (npm run docs builds them)', () => {
  const { status, stderr } = spawnSync('node', ['tools/docs/main.mjs', '--check'], {
    cwd: repository,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test('a file that is not there and a heading that nobody wrote are dead links; code has none', async () => {
  const { deadLinks } = (await import(
    pathToFileURL(join(repository, 'tools/docs/links.mjs')).href
  )) as Links
  const folder = temporaryFolder('links')
  const page = `# A page: of \`code\`, and more
[this](#a-page-of-code-and-more), [that](other.md#twice-1), [out](https://example.com/#x), [folder](.)
[gone](gone.md), [nowhere](#nowhere), [\`a\`](other.md#thrice)

\`[no](link.md)\` \`\`\`[nor](this.md)\`\`\`

\`\`\`md
[nor](that.md)
# heading of nobody
\`\`\`
[behind it](#heading-of-nobody)
`
  writeFileSync(join(folder, 'page.md'), page)
  writeFileSync(join(folder, 'other.md'), '# Twice\n\n## Twice\n')
  expect(deadLinks(folder, ['page.md', 'other.md'])).toEqual([
    'page.md: gone.md: there is no gone.md',
    'page.md: #nowhere: no heading of page.md is called so',
    'page.md: other.md#thrice: no heading of other.md is called so',
    'page.md: #heading-of-nobody: no heading of page.md is called so',
  ])
})
