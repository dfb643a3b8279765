import { expect, test } from '@jest/globals'
import { algorithmNames } from '@sipwright/plugin-dispatcher'
import { measureSelection } from '#src/inside/selection.js'
import { tableOf } from '#src/measures/selection.js'

test('every algorithm of the dispatcher is measured at every size, all usable and a third dead', () => {
  const figures = measureSelection({ counts: [2, 5], batches: 1, batchMs: 0.01 })
  const names = new Set(figures.map(({ algorithm }) => algorithm))
  const own = ['kamailio:0', 'kamailio:9', 'kamailio:11']
  const others = algorithmNames.filter(
    (name) => name.startsWith('kamailio:') && !own.includes(name),
  )
  expect([...names]).toEqual(algorithmNames.filter((name) => !others.includes(name)))
  expect(figures).toHaveLength(names.size * 2 * 2)
  expect(figures.every(({ nanoseconds }) => nanoseconds.median >= 0)).toBe(true)
})

test('beside each figure stands its ratio to the smallest set', () => {
  const figure = (destinations: number, median: number) => ({
    ...{ algorithm: 'weight', destinations, someDead: false },
    nanoseconds: { min: 0, median, max: 0 },
  })
  const { columns, rows } = tableOf([figure(2, 10), figure(10, 40), figure(100, 400)])
  expect(columns).toEqual(['algorithm', 'set', '2', '10', '×', '100', '×'])
  expect(rows[0]).toEqual(['weight', 'all usable', '10', '40', '4.0', '400', '40.0'])
})
