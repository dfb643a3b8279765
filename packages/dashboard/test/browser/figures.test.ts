import { expect, test } from '@jest/globals'
import type { Stats } from '@sipwright/plugin-admin'
import { figuresOf } from '#src/browser/figures.js'

function sample(at: number, results: Stats['results'], responses: Stats['responses']): Stats {
  const date = new Date(at * 1_000).toISOString()
  return {
    ...{ at: date, ready: true, calls: 0, pending: 0, received: 0, destinations: [] },
    ...{ results, responses, firstResponses: {} },
  }
}

test('ASR is what was answered, NER what the network did not fail (ITU-T E.425)', () => {
  const { cps, asr, ner, mix } = figuresOf([
    sample(0, { answered: 100, failed: 4 }, { 200: 100, 503: 4 }),
    sample(10, { answered: 106, busy: 2, failed: 6 }, { 200: 106, 486: 2, 503: 6 }),
  ])
  expect({ cps, asr, ner }).toEqual({ cps: 1, asr: 0.6, ner: 0.8 })
  expect(mix).toEqual([
    { code: '200', count: 6, share: 0.6 },
    { code: '486', count: 2, share: 0.2 },
    { code: '503', count: 2, share: 0.2 },
  ])
})

test('without calls there is no share, and a restart counts from nothing', () => {
  const none = { cps: 0, asr: undefined, ner: undefined, p95Ms: undefined, mix: [] }
  expect(figuresOf([])).toEqual(none)
  const still = sample(0, { answered: 3 }, { 200: 3 })
  expect(figuresOf([still, { ...still, at: new Date(5_000).toISOString() }])).toEqual(none)
  expect(figuresOf([still, sample(5, { answered: 1 }, { 200: 1 })])).toMatchObject({ asr: 1 })
})

test('post-dial delay: the 95th percentile of what came in the last minute, within its bucket', () => {
  const before = { ...sample(0, {}, {}), firstResponses: { '0.01': 50, '0.025': 5 } }
  const after = (firstResponses: Stats['firstResponses']) =>
    figuresOf([before, { ...sample(10, {}, {}), firstResponses }]).p95Ms
  // 90 within 10 ms, 10 more within 25 ms: the 95th is half way between.
  expect(after({ '0.01': 140, '0.025': 15, '+Inf': 0 })).toBeCloseTo(17.5)
  expect(after({ '0.01': 50, '0.025': 5, '+Inf': 20 })).toBeUndefined()
  expect(after({ '0.01': 50, '0.025': 5 })).toBeUndefined()
})
