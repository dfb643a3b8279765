import { expect, test } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { holdSocket } from '#src/workers/held-socket.js'

test('a held socket keeps what comes until somebody takes its descriptor over', async () => {
  const held = await holdSocket('127.0.0.1', 0)
  const sender = createSocket('udp4')
  sender.send('early', held.port, '127.0.0.1')
  await once(sender, 'listening')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const taker = createSocket('udp4')
  const message = once(taker, 'message')
  taker.bind({ fd: held.fd })
  const [data] = (await message) as [Buffer]
  expect(data.toString()).toBe('early')
  sender.close()
  taker.close()
})

test('a port that somebody has is refused, though held sockets may share theirs (§18.2.1)', async () => {
  const held = await holdSocket('127.0.0.1', 0)
  await expect(holdSocket('127.0.0.1', held.port)).rejects.toMatchObject({
    code: 'SIPW_ERR_LISTEN',
    message: expect.stringContaining(`127.0.0.1:${held.port}`),
  })
  held.close()
})

test('an IPv6 address is held as well', async () => {
  const held = await holdSocket('::1', 0)
  expect(held.port).toBeGreaterThan(0)
  held.close()
})
