import { expect, test } from '@jest/globals'
import { isDatabaseUrl, isTableName, withoutSecrets } from '#src/url.js'

test('no password is ever in the name of a source', () => {
  expect(withoutSecrets('postgres://sip:s3cret@db.example.com:5433/kamailio?x=1')).toBe(
    'postgres://db.example.com:5433/kamailio',
  )
  expect(isDatabaseUrl('postgres://db/x') && isDatabaseUrl('sqlite:x.db')).toBe(true)
  expect(isDatabaseUrl('oracle://db/x')).toBe(false)
  expect(isTableName('kamailio.dispatcher')).toBe(true)
  expect(isTableName('dispatcher; DROP TABLE x')).toBe(false)
})
