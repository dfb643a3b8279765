import { afterAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuthInput } from '@sipwright/plugin-auth'
import { authOptions } from '#src/config/auth-sections.js'
import { parseConfig } from '#src/config/load.js'

const folder = mkdtempSync(join(tmpdir(), 'sipwright-auth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rest = `listen: ['udp:127.0.0.1:5060']
dispatcher: { sets: { 1: { destinations: ['sip:10.0.1.10:5060'] } } }
`

function loaded(sections: string) {
  return parseConfig(join(folder, 'lb.yaml'), `${rest}${sections}\n`)
}

function options(sections: string): AuthInput {
  const found = loaded(sections)
  if (found.kind === 'faults') throw new Error(JSON.stringify(found.faults))
  return authOptions(found.config, found.config.directory)
}

function faultsOf(sections: string): readonly string[] {
  const found = loaded(sections)
  if (found.kind === 'config') return []
  return found.faults.map(({ key, found: what, expected }) => `${key}: ${what}, ${expected}`)
}

test('without a word everybody may come, and nobody is asked who he is', () => {
  expect(options('')).toEqual({ acl: { allow: [], deny: [], groups: {}, refuse: 'drop' } })
})

test('blocks and groups are as they are written; a file is beside the configuration', () => {
  writeFileSync(join(folder, 'blocks.txt'), 'deny 203.0.113.0/24\noffice 198.51.100.0/24\n')
  const { acl, trusted } = options(`
acl:
  allow: [192.0.2.0/24]
  deny: [192.0.2.66]
  groups: { trunks: ['2001:db8::/32'] }
  file: blocks.txt
  action: refuse
auth: { realm: example.com, trusted: [trunks, office, 192.0.2.1, 'peer:gw.carrier.example'] }
`)
  expect(acl).toEqual({
    ...{ allow: ['192.0.2.0/24'], deny: ['192.0.2.66'], groups: { trunks: ['2001:db8::/32'] } },
    ...{ file: join(folder, 'blocks.txt'), refuse: '403' },
  })
  expect(trusted).toEqual(['trunks', 'office', '192.0.2.1', 'peer:gw.carrier.example'])
})

test('passwords and hashes are secrets by name or as they are; durations are milliseconds', () => {
  process.env['SIPWRIGHT_TEST_PASSWORD'] = 'of the environment'
  const digits = 'd'.repeat(32)
  const { digest } = options(`
auth:
  realm: example.com
  nonceLifetime: 90s
  users:
    alice: { password: env:SIPWRIGHT_TEST_PASSWORD }
    bob: { ha1: { MD5: ${digits} }, uri: 'sip:+4930123@example.com' }
`)
  delete process.env['SIPWRIGHT_TEST_PASSWORD']
  expect(digest).toMatchObject({
    ...{ realm: 'example.com', methods: ['INVITE', 'REGISTER'], algorithms: ['SHA-256', 'MD5'] },
    nonceLifetimeMs: 90_000,
    users: {
      alice: { password: 'of the environment' },
      bob: { ha1: { MD5: digits }, uri: 'sip:+4930123@example.com' },
    },
    cache: { size: 100_000, lifetimeMs: 60_000 },
  })
})

test('what cannot be read, and what names nobody, is a fault that tells no secret', () => {
  expect(faultsOf('acl: { allow: [192.0.2.0/33] }')).toHaveLength(1)
  expect(faultsOf('acl: { file: nowhere.txt }')).toEqual([
    expect.stringMatching(/^acl\.file: "nowhere\.txt" \(.*\), a readable file$/),
  ])
  expect(faultsOf('auth: { realm: example.com, trusted: [nobody] }')).toEqual([
    expect.stringMatching(/^auth\.trusted\.0: .*a block, a group of acl\.groups, or peer:<name>$/),
  ])
  expect(faultsOf('auth: { realm: My Phones }')).toEqual([
    expect.stringMatching(/^auth\.domain: .*as the realm is none$/),
  ])
  expect(faultsOf('auth: { realm: example.com, users: { alice: {} } }')).toEqual([
    expect.stringMatching(/^auth\.users\.alice: .*a password, or ha1$/),
  ])
  const wrong = faultsOf('auth: { realm: a.example, users: { alice: { ha1: { MD5: c0ffee } } } }')
  expect(wrong).toEqual([expect.stringMatching(/^auth\.users\.alice\.ha1\.MD5: /)])
  expect(
    faultsOf('auth: { realm: a.example, users: { bob: { password: env:NOWHERE_AT_ALL } } }'),
  ).toEqual(['auth.users.bob.password: NOWHERE_AT_ALL is not set, a secret that can be read'])
})

test('a faulty line of a file of users is named by its number', () => {
  writeFileSync(join(folder, 'users'), `alice:example.com:${'a'.repeat(32)}\nbob:example.com\n`)
  const found = loaded('auth: { realm: example.com, usersFile: users }')
  expect(found).toMatchObject({
    kind: 'faults',
    faults: [{ place: { file: join(folder, 'users'), line: 2 } }],
  })
})
