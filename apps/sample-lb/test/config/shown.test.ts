import { expect, test } from '@jest/globals'
import { parseConfig } from '#src/config/load.js'
import { shownConfig } from '#src/config/shown.js'

test('what operators are shown has no secret, and the names of secrets (security.md §3 row 29)', () => {
  process.env['SIPWRIGHT_TEST_TOKEN'] = 'a-token-of-the-environment'
  const loaded = parseConfig(
    'lb.yaml',
    `
listen: [udp:127.0.0.1:5060]
dispatcher:
  sets: { 1: { destinations: [sip:10.0.0.1], key: 'header:X-Tenant', algorithm: hash-expression } }
  source:
    sql: { url: 'postgres://user:hunter2@db.example.com/kamailio?password=hunter3' }
    http: { url: 'https://user:hunter4@config.example.com/sets.json' }
  probe: { headers: { Authorization: Bearer hunter5, X-Name: edge } }
auth:
  realm: example.com
  users:
    alice: { password: hunter8 }
    bob: { ha1: { MD5: 0cc175b9c0f1b6a831c399e269772661 } }
topologyHiding: { key: [hunter6-hunter6-hunter6, 'env:SIPWRIGHT_TEST_TOKEN'] }
admin:
  tokens:
    - { name: ops, token: hunter7-hunter7-hunter7 }
    - { name: ci, token: 'env:SIPWRIGHT_TEST_TOKEN' }
`,
  )
  delete process.env['SIPWRIGHT_TEST_TOKEN']
  if (loaded.kind === 'faults') throw new Error(JSON.stringify(loaded.faults))
  const shown = shownConfig(loaded.config)
  expect(JSON.stringify(shown)).not.toMatch(/hunter|a-token-of|0cc175/)
  expect(shown).toMatchObject({
    dispatcher: {
      sets: { 1: { key: 'header:X-Tenant' } },
      source: { sql: { url: 'postgres://db.example.com/kamailio' } },
      probe: { headers: { Authorization: '[hidden]', 'X-Name': 'edge' } },
    },
    auth: {
      realm: 'example.com',
      users: { bob: { ha1: { MD5: '[hidden]' } } },
    },
    topologyHiding: { key: ['[hidden]', 'env:SIPWRIGHT_TEST_TOKEN'] },
    admin: { tokens: [{ token: '[hidden]' }, { name: 'ci', token: 'env:SIPWRIGHT_TEST_TOKEN' }] },
  })
  expect(Object.keys(shown)).not.toContain('directory')
})
