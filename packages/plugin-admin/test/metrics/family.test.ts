import { expect, test } from '@jest/globals'
import { exposition, type Family, merged } from '#src/metrics/family.js'
import { Histogram } from '#src/metrics/histogram.js'

function family(merge: Family['merge'], ...values: readonly [string, number][]): Family {
  const samples = values.map(([set, value]) => ({ labels: { set }, value }))
  return { name: 'calls', type: 'gauge', help: 'Calls.', merge, samples }
}

test('a family is its help, its type and its series, each text escaped', () => {
  const odd = family('sum', ['a"b\\c\nd', 1.5], ['x', Infinity])
  expect(exposition([odd, family('sum')])).toBe(
    '# HELP sipwright_calls Calls.\n# TYPE sipwright_calls gauge\n' +
      'sipwright_calls{set="a\\"b\\\\c\\nd"} 1.5\nsipwright_calls{set="x"} +Inf\n',
  )
})

test('series of several workers are added, or the greatest or our own holds', () => {
  const values = (merge: Family['merge']) =>
    merged(
      [family(merge, ['a', 1], ['b', 2])],
      [[family(merge, ['b', 5], ['c', 7])]],
    )[0]!.samples.map(({ labels, value }) => `${labels['set']}=${value}`)
  expect(values('sum')).toEqual(['a=1', 'b=7', 'c=7'])
  expect(values('max')).toEqual(['a=1', 'b=5', 'c=7'])
  expect(values('own')).toEqual(['a=1', 'b=2'])
})

test('a family that only another worker has is there, too', () => {
  expect(merged([], [[family('sum', ['a', 1])]])).toHaveLength(1)
})

test('a histogram counts each time in its bucket and all above', () => {
  const histogram = new Histogram([0.1, 1])
  for (const seconds of [0.1, 0.05, 0.5, 3]) histogram.observe(seconds)
  const [first, second, all, sum, count] = histogram.samples({})
  expect([first, second, all].map((each) => [each!.labels['le'], each!.value])).toEqual([
    ['0.1', 2],
    ['1', 3],
    ['+Inf', 4],
  ])
  expect(sum!.value).toBeCloseTo(3.65)
  expect(count).toEqual({ suffix: '_count', labels: {}, value: 4 })
})
