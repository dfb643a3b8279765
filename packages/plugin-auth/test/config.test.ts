import { expect, test } from '@jest/globals'
import { auth } from '#src/plugin.js'

test.each([
  [{ digest: { realm: 'a\nb' } }, 'digest.realm'],
  [{ digest: { realm: 'My realm' } }, 'digest.domain'],
  [{ digest: { realm: 'a', users: { alice: {} } } }, 'digest.users.alice'],
  [{ digest: { realm: 'a', users: { 'al:ice': { password: 'x' } } } }, 'digest.users.al:ice'],
  [
    { digest: { realm: 'a', users: { alice: { ha1: { MD5: 'x' } } } } },
    'digest.users.alice.ha1.MD5',
  ],
  [{ digest: { realm: 'a', algorithms: [] } }, 'digest.algorithms'],
  [{ digest: { realm: 'a', sql: { url: 'oracle://x' } } }, 'digest.sql.url'],
  [{ digest: { realm: 'a', nonceLifeTime: 5 } }, 'nonceLifeTime'],
  [{ acl: { deny: ['10.0.0.0/33'] } }, 'acl.deny.0'],
  [{ acl: { groups: { 'a b': [] } } }, 'acl.groups'],
  [{ trust: { headers: ['a b'] } }, 'trust.headers.0'],
])('%j is refused, and the key is named', (config, key) => {
  expect(() => auth(config as Parameters<typeof auth>[0])).toThrow(key)
})
