import { networkInterfaces } from 'node:os'
import { expect, test } from '@jest/globals'
import { ownNames } from '#src/own-names.js'

const listener = {
  transport: 'UDP',
  reliable: false,
  address: '127.0.0.1',
  port: 5060,
  advertisedHost: 'Edge.example.com',
  advertisedPort: 5070,
  zone: 'public',
}

test('a listener is reached by its bound and by its advertised address', () => {
  expect(ownNames([listener], [])).toEqual([
    { host: '127.0.0.1', port: 5060 },
    { host: 'edge.example.com', port: 5070 },
  ])
})

test('a domain is reached by any port', () => {
  expect(ownNames([], ['Example.COM'])).toEqual([{ host: 'example.com', port: undefined }])
})

test('a listener on all addresses is reached by each of them', () => {
  const all = { ...listener, address: '0.0.0.0' }
  const expected = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => ({ host: address, port: 5060 }))
  expect(ownNames([all], [])).toEqual(expect.arrayContaining(expected))
  expect(ownNames([{ ...all, address: '::' }], [])).not.toContainEqual(expected[0])
})
