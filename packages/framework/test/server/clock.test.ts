import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { systemClock } from '#src/server/clock.js'

test('the system clock never goes back, and its slack is small against 200 ms, the shortest timer (§17.2.1)', () => {
  const [one, two] = [systemClock.now(), systemClock.now()]
  expect(two).toBeGreaterThanOrEqual(one)
  expect(systemClock.slackMs).toBeLessThanOrEqual(10)
})

test('what waits in a socket is read before what comes after the reading', async () => {
  const socket = createSocket('udp4')
  const seen: string[] = []
  socket.on('message', (data) => void seen.push(data.toString()))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  // From a timer, as in the endpoint.
  await new Promise<void>((resolve) => {
    setTimeout(() => {
      socket.send('waits', port, '127.0.0.1')
      systemClock.afterReading!(() => {
        seen.push('then')
        resolve()
      })
    })
  })
  expect(seen).toEqual(['waits', 'then'])
  const takeBack = systemClock.afterReading!(() => void seen.push('never'))
  takeBack()
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toHaveLength(2)
  socket.close()
})
