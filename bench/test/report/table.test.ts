import { expect, test } from '@jest/globals'
import { markdownOf, textOf } from '#src/report/table.js'

const table = {
  title: 'Cost',
  columns: ['system', 'µs'],
  rows: [
    ['ours', '7'],
    ['a longer name', '120'],
  ],
  notes: ['Both on one processor.'],
  voided: ['ours: late'],
  figures: undefined,
}

test('for a terminal names stand left and figures right', () => {
  expect(textOf(table).split('\n')).toEqual([
    'Cost',
    '',
    'system          µs',
    'ours             7',
    'a longer name  120',
    '',
    'Both on one processor.',
    'void: ours: late',
  ])
})

test('Markdown can go into a document as it is', () => {
  expect(markdownOf(table).split('\n')).toEqual([
    '### Cost',
    '',
    '| system | µs |',
    '|---|---:|',
    '| ours | 7 |',
    '| a longer name | 120 |',
    '',
    'Both on one processor.',
    '',
    'Void: ours: late.',
  ])
})
