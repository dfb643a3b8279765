import { expect, test } from '@jest/globals'
import { migrationFile } from '#src/report/migration.js'
import { type Row } from '#src/report/report.js'

const row: Row = {
  ...{ file: '/x/k.cfg', line: 3, endLine: 5, subject: 'a|b', verdict: 'translated', note: 'c|d' },
}

test('totals stand on top, then what is to do, then every line of each file', () => {
  const text = migrationFile({
    rows: [row],
    files: ['/x/k.cfg'],
    todo: ['this'],
    written: ['`lb.yaml`'],
  })
  expect(text).toContain('| translated | 1 | does the same here |')
  expect(text).toContain('## To do\n\n- this\n')
  expect(text).toContain(
    '## k.cfg\n\n| line | | verdict | |\n| --- | --- | --- | --- |\n| 3–5 | `a\\|b` | translated | c\\|d |',
  )
})

test('a line of a stranger can end neither its cell nor its code', () => {
  const subject = '`` | <script>alert(1)</script> `'
  const text = migrationFile({
    rows: [{ ...row, subject, note: '<b>' }],
    files: ['/x/k.cfg'],
    todo: [],
    written: [],
  })
  expect(text).toContain("| `'' \\| <script>alert(1)</script> '` | translated | &lt;b> |")
})
