import { expect, test } from '@jest/globals'
import { parseCommandLine, usage } from '#src/command-line.js'

const known = { measures: ['calls', 'tcp', 'parse'], systems: ['sipwright', 'kamailio'] }
const parse = (...args: string[]) => parseCommandLine(args, known)

test('without options everything is measured, in three rounds at three rates', () => {
  expect(parse()).toEqual({
    kind: 'bench',
    options: {
      ...{ measures: known.measures, systems: known.systems, rates: [1_000, 2_000, 3_000] },
      ...{ rounds: 3, seconds: 6, maxMinutes: 40, json: undefined, markdown: false },
    },
  })
})

test('measures run in their own order, each once', () => {
  expect(parse('--measures', 'parse,calls,parse')).toMatchObject({
    options: { measures: ['calls', 'parse'] },
  })
})

test('--quick is one short round at one rate; what is given besides holds', () => {
  expect(parse('--quick', '--seconds', '4')).toMatchObject({
    options: { rates: [1_000], rounds: 1, seconds: 4 },
  })
})

test.each([
  [['--measures', 'speed'], '--measures: found "speed", expected calls, tcp, parse'],
  [['--systems', ''], '--systems: found "", expected sipwright, kamailio'],
  [['--rates', '0'], '--rates: found "0", expected a whole number from 1 to 20000'],
  [['--rates', '1000,1e9'], '--rates: found "1e9", expected a whole number from 1 to 20000'],
  [['--rounds', '51'], '--rounds: found "51", expected a whole number from 1 to 50'],
  [['--seconds', '-1'], /seconds/],
  [['--max-minutes', '601'], '--max-minutes: found "601", expected a whole number from 1 to 600'],
  [['--fast'], /--fast/],
  [['calls'], /calls/],
])('%j is refused with what was found and what is expected', (args, reason) => {
  const command = parse(...args)
  expect(command.kind).toBe('refused')
  if (typeof reason === 'string') expect(command).toMatchObject({ reason })
  else expect(command).toMatchObject({ reason: expect.stringMatching(reason) })
})

test('the help names every measure and every system', () => {
  const text = usage([['calls', 'CPU per call']], ['sipwright', 'kamailio'])
  expect(text).toContain('calls  CPU per call')
  expect(text).toContain('sipwright, kamailio')
})
