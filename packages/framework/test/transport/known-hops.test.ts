import { expect, test } from '@jest/globals'
import { KnownHops } from '#src/transport/known-hops.js'

test('a hop that was added is found again by transport, address and port', () => {
  const known = new KnownHops()
  const udp = known.add('UDP', '192.0.2.1', '192.0.2.1', 5060)
  const tcp = known.add('TCP', '192.0.2.1', '192.0.2.1', 5060)
  expect(known.find('UDP', '192.0.2.1', 5060)).toBe(udp)
  expect(known.find('TCP', '192.0.2.1', 5060)).toBe(tcp)
  expect(known.find('UDP', '192.0.2.1', 5061)).toBeUndefined()
  expect(known.find('UDP', '192.0.2.2', 5060)).toBeUndefined()
  expect(tcp[0].key).toBe('TCP:192.0.2.1:5060')
})

test('ten thousand addresses of strangers are forgotten, not kept for ever', () => {
  const known = new KnownHops()
  for (let index = 0; index <= 10_000; index++) known.add('UDP', `10.0.${index}`, '10.0.0.1', 5060)
  expect(known.find('UDP', '10.0.0', 5060)).toBeUndefined()
  expect(known.find('UDP', '10.0.10000', 5060)).toBeDefined()
})
