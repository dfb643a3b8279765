/** docs/figures is drawn from the tables; `node tools/draw-machines.mjs` draws it again. */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { figures } from '#src/transaction/figure.js'

const here = dirname(fileURLToPath(import.meta.url))
const folder = join(here, '..', '..', '..', '..', '..', 'docs', 'figures')

for (const [name, text] of figures()) {
  test(`docs/figures/${name}.md shows the table as it is (node tools/draw-machines.mjs)`, () => {
    expect(readFileSync(join(folder, `${name}.md`), 'utf8')).toBe(text)
  })
}
