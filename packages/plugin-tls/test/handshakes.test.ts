import { expect, test } from '@jest/globals'
import { EventEmitter } from 'node:events'
import { type Socket } from 'node:net'
import { Handshakes } from '#src/handshakes.js'

let ports = 1_000

function socketFrom(remoteAddress: string): Socket {
  return Object.assign(new EventEmitter(), {
    remoteAddress,
    remotePort: ++ports,
  }) as unknown as Socket
}

test('so many in all and from one source; who has shaken hands or gone counts no more', () => {
  const handshakes = new Handshakes(3, 2)
  const [one, two] = [socketFrom('192.0.2.1'), socketFrom('192.0.2.1')]
  expect([one, two].map((socket) => handshakes.begin(socket))).toEqual([true, true])
  expect(handshakes.begin(socketFrom('192.0.2.1'))).toBe(false)
  expect(handshakes.begin(socketFrom('192.0.2.2'))).toBe(true)
  expect(handshakes.begin(socketFrom('192.0.2.3'))).toBe(false)
  handshakes.end(one)
  one.emit('close')
  expect(handshakes.underWay).toBe(2)
  expect(handshakes.begin(socketFrom('192.0.2.1'))).toBe(true)
  two.emit('close')
  expect(handshakes.underWay).toBe(2)
})

test('an IPv6 source is a /64', () => {
  const handshakes = new Handshakes(9, 1)
  expect(handshakes.begin(socketFrom('2001:db8::1'))).toBe(true)
  expect(handshakes.begin(socketFrom('2001:db8::2'))).toBe(false)
})
