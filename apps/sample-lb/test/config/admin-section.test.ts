import { expect, test } from '@jest/globals'
import { admin, adminOptions } from '#src/config/admin-section.js'
import { formatFault } from '#src/config/fault.js'
import { parseConfig } from '#src/config/load.js'

const rest =
  'listen: [udp:127.0.0.1:5060]\ndispatcher: { sets: { 1: { destinations: [sip:10.0.0.1] } } }\n'

function faultsOf(section: string): readonly string[] {
  const loaded = parseConfig('lb.yaml', `${rest}admin: ${section}\n`)
  return loaded.kind === 'faults' ? loaded.faults.map(formatFault) : []
}

test('it is off unless the section is there, and then on the loopback address', () => {
  expect(adminOptions(admin.parse(undefined), '.')).toBeUndefined()
  expect(adminOptions(admin.parse({}), '.')).toMatchObject({
    ...{ address: '127.0.0.1', port: 8088, tokens: [] },
  })
})

test('an address that others reach needs a token (security.md §3 row 28)', () => {
  const token = '[{ name: ops, token: 0123456789abcdef, scope: operate }]'
  expect(faultsOf('{ listen: 0.0.0.0:8088 }')).toEqual([
    'lb.yaml:3:18 admin.listen: found 0.0.0.0, which other machines reach, and no token, expected a loopback address, or tokens',
  ])
  expect(faultsOf(`{ listen: '[::]:8088', tokens: ${token} }`)).toEqual([])
  expect(faultsOf("{ listen: '[::1]:8088' }")).toEqual([])
})

test('a token is a secret that can be read, and long enough', () => {
  process.env['SIPWRIGHT_TEST_ADMIN_TOKEN'] = 'fedcba9876543210'
  const read = (token: string) =>
    adminOptions(admin.parse({ tokens: [{ name: 'ops', token }] }), '.')
  expect(read('env:SIPWRIGHT_TEST_ADMIN_TOKEN')?.tokens).toEqual([
    { name: 'ops', token: 'fedcba9876543210', scope: 'read' },
  ])
  delete process.env['SIPWRIGHT_TEST_ADMIN_TOKEN']
  const faultOf = (token: string) => faultsOf(`{ tokens: [{ name: ops, token: '${token}' }] }`)[0]
  expect(faultOf('env:SIPWRIGHT_TEST_ADMIN_TOKEN')).toContain(
    'SIPWRIGHT_TEST_ADMIN_TOKEN is not set',
  )
  expect(faultOf('short')).toBe(
    'lb.yaml:3:39 admin.tokens.0.token: found one of 5, expected a token of 16 characters or more without spaces',
  )
  expect(faultOf('short')).not.toContain('"short"')
  const twice = '[{ name: a, token: 0123456789abcdef }, { name: a, token: 1123456789abcdef }]'
  expect(faultsOf(`{ tokens: ${twice} }`)[0]).toContain('expected each name once')
})

test('where it listens is an address and a port', () => {
  for (const listen of ['8088', 'localhost:8088', '127.0.0.1', 'http://127.0.0.1:8088']) {
    expect(faultsOf(`{ listen: '${listen}' }`)[0]).toContain(
      'expected a numeric address and a port',
    )
  }
})
