import { createSocket } from 'node:dgram'
import { expect, test } from '@jest/globals'
import { freePort } from '#src/demo/ports.js'

test('a port that is taken is replaced by a free one', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const taken = socket.address().port
  const port = await freePort(taken)
  expect(port).not.toBe(taken)
  expect(port).toBeGreaterThan(0)
  await new Promise<void>((resolve) => socket.close(resolve))
  expect(await freePort(port)).toBe(port)
})
