import { expect, test } from '@jest/globals'
import { Report, totalsOf } from '#src/report/report.js'

const at = { file: 'a', line: 3, endLine: 4 }

test('of the same thing the worse verdict counts, and both notes stay', () => {
  const report = new Report()
  report.add(at, 'x', 'translated', 'one')
  report.add(at, 'x', 'not translated', 'two')
  report.add(at, 'x', 'approximated', 'one')
  expect(report.rows(['a'])).toEqual([
    { ...at, subject: 'x', verdict: 'not translated', note: 'one; two' },
  ])
})

test('what is weakened is approximated, what was not translated stays so', () => {
  const report = new Report()
  report.add(at, 'x', 'translated', '')
  report.add({ ...at, line: 4 }, 'y', 'not translated', 'never')
  report.weaken(at, 'in part')
  report.weaken({ ...at, line: 4 }, 'in part')
  expect(report.rows(['a']).map(({ verdict, note }) => [verdict, note])).toEqual([
    ['approximated', 'in part'],
    ['not translated', 'never'],
  ])
  expect([2, 3, 4, 5].map((line) => report.covers('a', line))).toEqual([false, true, true, false])
})

test('rows are in the order of the files, and counted', () => {
  const report = new Report()
  report.add({ file: 'b', line: 1, endLine: 1 }, '', 'inactive', '')
  report.add({ file: 'a', line: 9, endLine: 9 }, '', 'translated', '')
  report.add({ file: 'a', line: 2, endLine: 2 }, '', 'translated', '')
  const rows = report.rows(['a', 'b'])
  expect(rows.map(({ file, line }) => `${file}${line}`)).toEqual(['a2', 'a9', 'b1'])
  expect(totalsOf(rows)).toEqual({
    translated: 2,
    approximated: 0,
    'not translated': 0,
    inactive: 1,
  })
})
