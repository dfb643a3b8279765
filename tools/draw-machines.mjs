// Writes docs/figures/*.md anew from the tables of the transaction machines (after `npm run build`).
// A test compares them, so a changed table whose figure was not drawn again fails `npm test`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { figures } from '../packages/framework/dist/transaction/figure.js'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'figures')
mkdirSync(folder, { recursive: true })
for (const [name, text] of figures()) writeFileSync(join(folder, `${name}.md`), text)
