import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { freePort as unusedPort } from '@sipwright/test/system/free-ports.js'
import { freePort } from '#src/demo/ports.js'

test('a port that is taken over UDP or TCP is replaced by the next one', async () => {
  const usual = await unusedPort()
  const udp = createSocket('udp4')
  await new Promise<void>((resolve) => udp.bind(usual, '127.0.0.1', resolve))
  const other = await freePort(usual)
  expect(other).toBeGreaterThan(usual)
  expect((other - usual) % 100).toBe(0)
  const tcp = createServer()
  await new Promise<void>((resolve) => tcp.listen(other, '127.0.0.1', resolve))
  expect(await freePort(usual)).toBeGreaterThan(other)
  await new Promise<void>((resolve) => udp.close(resolve))
  expect(await freePort(usual)).toBe(usual)
  await new Promise((resolve) => tcp.close(resolve))
})
