import { afterAll, expect, test } from '@jest/globals'
import { type TlsInput, tlsConfig } from '#src/config.js'
import { Credentials } from '#src/credentials.js'
import { Authority } from '@sipwright/test/system/authority.js'

const authority = new Authority()
const edge = authority.writePair('edge', { names: ['DNS:edge.example'] })
afterAll(() => authority.remove())

const load = (more: Partial<TlsInput> = {}) =>
  Credentials.load(tlsConfig.parse({ ...edge, ...more }))

test('a name that is asked for gets its own certificate, another one the default or none (RFC 6066 §3)', async () => {
  const sni = { 'Other.example': authority.writePair('other', { names: ['DNS:other.example'] }) }
  const open = await load({ sni })
  expect(open.contextFor('OTHER.example')).not.toBe(open.context)
  expect(open.contextFor('unknown.example')).toBe(open.context)
  const strict = await load({ sni, unknownName: 'refuse' })
  expect(strict.contextFor('other.example')).toBeDefined()
  expect(strict.contextFor('unknown.example')).toBeUndefined()
})

test('a reload takes what is new, tells of it once, and leaves what is faulty', async () => {
  const files = authority.writePair('again', { names: ['DNS:edge.example'] })
  const credentials = await load(files)
  let changes = 0
  credentials.onChange(() => changes++)
  expect(await credentials.reload()).toBe(false)
  const before = credentials.context
  const next = authority.sign({ names: ['DNS:edge.example'] })
  authority.write('again.pem', next.certificate)
  await expect(credentials.reload()).rejects.toThrow(/again\.key of .*again\.pem cannot be used/)
  expect(credentials.context).toBe(before)
  authority.write('again.key', next.key)
  expect(await credentials.reload()).toBe(true)
  expect([changes, credentials.context === before]).toEqual([1, false])
})

test.each([
  [
    'no file',
    { certificate: '/nowhere/edge.pem' },
    /\/nowhere\/edge\.pem cannot be used: .*ENOENT/,
  ],
  ['no certificate', { certificate: edge.key }, /edge\.key cannot be used/],
  ['no key', { key: edge.certificate }, /edge\.pem of .*edge\.pem cannot be used/],
  ['no authority', { ca: edge.key }, /edge\.key cannot be used/],
])('refused with its file: %s', async (_what, more, message) => {
  await expect(load(more)).rejects.toThrow(message)
})
