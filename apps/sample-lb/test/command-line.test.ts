import { expect, test } from '@jest/globals'
import { parseCommandLine, usage } from '#src/command-line.js'

test('without --config the demo runs, at 5 calls per second until it is interrupted', () => {
  expect(parseCommandLine([])).toEqual({
    kind: 'demo',
    cps: 5,
    durationMs: undefined,
    headless: false,
    json: false,
    overrides: [],
  })
})

test('the demo takes rate, duration, --headless and --json', () => {
  const args = ['--cps', '20', '--duration', '20s', '--headless', '--json']
  expect(parseCommandLine(args)).toEqual({
    kind: 'demo',
    cps: 20,
    durationMs: 20_000,
    headless: true,
    json: true,
    overrides: [],
  })
})

test('--config serves, with --check only checks, and takes overrides', () => {
  const args = ['--config', 'lb.yaml', '--set', 'log.level=debug', '--set', 'log.format=pretty']
  const overrides = ['log.level=debug', 'log.format=pretty']
  const serve = { kind: 'serve', config: 'lb.yaml', overrides }
  expect(parseCommandLine(args)).toEqual({ ...serve, watch: true })
  expect(parseCommandLine([...args, '--no-watch'])).toEqual({ ...serve, watch: false })
  expect(parseCommandLine([...args, '--check'])).toEqual({
    kind: 'check',
    config: 'lb.yaml',
    overrides,
  })
})

test.each(['help', 'version', 'schema'])('--%s is answered whatever else is asked', (name) => {
  expect(parseCommandLine([`--${name}`, '--cps', '3'])).toEqual({ kind: name })
})

test.each([
  [['--conifg', 'lb.yaml'], "Unknown option '--conifg'"],
  [['lb.yaml'], "Unexpected argument 'lb.yaml'"],
  [['--config'], "Option '--config <value>' argument missing"],
  [['--check'], '--check needs --config <file>'],
  [['--no-watch'], '--no-watch needs --config <file>'],
  [['--config', 'lb.yaml', '--cps', '3'], '--cps is for the demo, which runs without --config'],
  [['--cps', 'many'], '--cps: found "many", expected a number from 0.1 to 1000'],
  [['--cps', '0'], '--cps: found "0", expected a number from 0.1 to 1000'],
  [['--duration', '20'], '--duration: found "20", expected a duration such as 500ms, 2s, 5m'],
  [['--duration', '0s'], '--duration: found "0s", expected a duration such as 500ms, 2s, 5m'],
])('%j is refused with one line that says why', (args, reason) => {
  const command = parseCommandLine(args)
  expect(command.kind).toBe('refused')
  expect('reason' in command && command.reason).toContain(reason)
  expect('reason' in command && command.reason).not.toContain('\n')
})

test('--help names every option', () => {
  for (const name of [
    'config',
    'check',
    'set',
    'no-watch',
    'schema',
    'cps',
    'duration',
    'headless',
    'json',
  ]) {
    expect(usage).toContain(`--${name}`)
  }
})
