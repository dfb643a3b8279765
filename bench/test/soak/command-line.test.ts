import { expect, test } from '@jest/globals'
import { parseSoakCommandLine } from '#src/soak/command-line.js'

test('half an hour at 60 % of a capacity that is measured first', () => {
  expect(parseSoakCommandLine([])).toEqual({
    kind: 'soak',
    options: {
      ...{ minutes: 30, load: 0.6, capacity: undefined, warmUpMinutes: 5, workers: 1 },
      ...{ maxCalls: 20_000_000, json: undefined },
    },
  })
})

test.each([
  [['--minutes', '0'], '--minutes: found "0", expected a whole number from 2 to 1440'],
  [['--load', '60'], '--load: found "60", expected a share from 0.01 to 1'],
  [['--load', '0.001'], '--load: found "0.001", expected a share from 0.01 to 1'],
  [
    ['--minutes', '5', '--warm-up', '5'],
    '--warm-up: found "5", expected a whole number from 0 to 4',
  ],
])('%j is refused with what was found and what is expected', (args, reason) => {
  expect(parseSoakCommandLine(args)).toEqual({ kind: 'refused', reason })
})
