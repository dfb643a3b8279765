import { expect, test } from '@jest/globals'
import { YamlFile } from '#src/config/yaml-file.js'

const text = `listen:
  - udp:127.0.0.1:5060
dispatcher:
  sets:
    1:
      destinations: [sip:a, sip:b]
`

test('every value has its line and column', () => {
  const file = new YamlFile('lb.yaml', text)
  const at = (...path: (string | number)[]) => {
    const { file: name, line, column } = file.place(path)
    return [name, line, column].join(':')
  }
  expect(at('listen', 0)).toBe('lb.yaml:2:5')
  expect(at('dispatcher', 'sets', '1', 'destinations', 1)).toBe('lb.yaml:6:29')
  expect(file.valueAt(['dispatcher', 'sets', '1', 'destinations', 1])).toBe('sip:b')
})

test('what is missing is placed where it should stand', () => {
  const file = new YamlFile('lb.yaml', text)
  expect(file.place(['dispatcher', 'source', 'file'])).toEqual({
    file: 'lb.yaml',
    line: 4,
    column: 3,
  })
  expect(file.valueAt(['dispatcher', 'source', 'file'])).toBeUndefined()
})

test('a key has its own place', () => {
  const file = new YamlFile('lb.yaml', text)
  expect(file.placeOfKey(['dispatcher', 'sets'])).toEqual({ file: 'lb.yaml', line: 4, column: 3 })
})

test('what is no YAML is a fault with its place', () => {
  const { faults } = new YamlFile('lb.yaml', 'listen: [\n  a: b: c\n')
  expect(faults.length).toBeGreaterThan(0)
  expect(faults[0]?.place).toMatchObject({ file: 'lb.yaml', line: 2 })
})

test('a key that stands twice is a fault', () => {
  const { faults } = new YamlFile('lb.yaml', 'log: 1\nlog: 2\n')
  expect(faults[0]?.place).toMatchObject({ line: 2 })
})

test('an empty file has no values', () => {
  const file = new YamlFile('lb.yaml', '')
  expect(file.faults).toEqual([])
  expect(file.values).toBeNull()
  expect(file.place(['listen'])).toEqual({ file: 'lb.yaml' })
})

test('--set replaces a value, adds one, and reaches into lists and sets', () => {
  const overrides = [
    'listen.0=tcp:127.0.0.1:5060',
    'failover.maxAttempts=2',
    'dispatcher.sets.1.destinations.1=sip:c',
    'log={level: debug}',
  ]
  const file = new YamlFile('lb.yaml', text, overrides)
  expect(file.faults).toEqual([])
  expect(file.values).toEqual({
    listen: ['tcp:127.0.0.1:5060'],
    dispatcher: { sets: { 1: { destinations: ['sip:a', 'sip:c'] } } },
    failover: { maxAttempts: 2 },
    log: { level: 'debug' },
  })
  expect(file.place(['failover', 'maxAttempts'])).toEqual({ file: '--set' })
  expect(file.place(['log', 'level'])).toEqual({ file: '--set' })
  expect(file.place(['listen'])).toMatchObject({ line: 2 })
})

test.each(['failover', '=1', 'a..b=1', '__proto__.x=1', 'listen.7=a', 'listen.0.x=1', 'log=[1'])(
  '--set %s is refused',
  (override) => {
    const file = new YamlFile('lb.yaml', text, [override])
    expect(file.faults).toHaveLength(1)
    expect(file.faults[0]?.place.file).toBe('--set')
    expect(file.faults[0]?.found).toContain(override)
  },
)
