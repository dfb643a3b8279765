import { afterEach, expect, test } from '@jest/globals'
import { dialogSecretOption } from '#src/config/dialog-secret.js'
import { changedFixed } from '#src/config/fixed-sections.js'
import { parseConfig } from '#src/config/load.js'
import { shownConfig } from '#src/config/shown.js'

const variable = 'DIALOG_TEST_SECRET'

afterEach(() => {
  Reflect.deleteProperty(process.env, variable)
})

function load(secret: string) {
  const rest = `listen: ['udp:127.0.0.1:5060']
dispatcher: { sets: { 1: { destinations: ['sip:10.0.1.10:5060'] } } }
`
  return parseConfig('lb.yaml', `${rest}${secret}`)
}

function configWith(secret: string) {
  const loaded = load(secret)
  if (loaded.kind === 'faults') throw new Error(JSON.stringify(loaded.faults))
  return loaded.config
}

test('without it the machine has one; it may stand elsewhere', () => {
  process.env[variable] = 'sixteen characters'
  expect(dialogSecretOption(configWith(''), '.')).toEqual({})
  const config = configWith(`secret: env:${variable}`)
  expect(dialogSecretOption(config, '.')).toEqual({ secret: 'sixteen characters' })
})

test.each([
  ['tooshort', 'one of 8, a secret of at least 16 characters'],
  [`env:${variable}`, `${variable} is not set, a secret that can be read`],
  ['[]', 'an empty list, a secret, env:<name> or file:<path>'],
])('a secret %s is a fault, and is not told', (secret, fault) => {
  const loaded = load(`secret: ${secret}`)
  if (loaded.kind === 'config') throw new Error('it was taken')
  expect(loaded.faults.map(({ found, expected }) => `${found}, ${expected}`)).toEqual([fault])
})

test('another one needs a restart, and operators are not shown it', () => {
  const config = configWith('secret: sixteen characters')
  expect(changedFixed(config, configWith('secret: seventeen characters'))).toEqual(['secret'])
  expect(shownConfig(config)).toMatchObject({ secret: '[hidden]' })
})
