/** More connections than there are descriptors. security.md §3 row 9 */
import { afterEach, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { stopAll } from '../system/processes.js'
import { StreamBackend } from '../system/stream-backend.js'
import { requestText } from './raw-peer.js'
import { SlowConnection } from './slow-connection.js'

afterEach(stopAll)

test('9: connections that say nothing leave descriptors for a backend, and room for who has something to say', async () => {
  const port = await freePort()
  const backend = await StreamBackend.start()
  const to = `sip:127.0.0.1:${backend.port};transport=tcp`
  await Balancer.start(
    {
      'lb.yaml': `
listen: ['tcp:127.0.0.1:${port}']
dispatcher: { sets: { 1: { destinations: ['${to}'] } }, probe: { interval: 0 } }
`,
    },
    500,
  )
  const slow: SlowConnection[] = []
  for (let n = 0; n < 1_000; n++) {
    slow.push(new SlowConnection('silent', port, `127.70.${n >> 4}.1`))
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const text = requestText({ callId: 'said', sentBy: 'caller.invalid' }).replace('/UDP', '/TCP')
  // One in sixteen is refused, and comes again.
  let heard = ''
  for (let tries = 0; !heard.includes('SIP/2.0 200') && tries < 10; tries++) {
    heard = await answers(port, text)
  }
  expect(heard).toContain('SIP/2.0 200')
  expect(backend.invitations).toBe(1)
  for (const each of slow) each.close()
  await backend.close()
}, 60_000)

/** All that is heard on a connection until its 200, or until it is closed. */
function answers(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.71.0.1' })
    let heard = ''
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
    socket.on('data', (data) => {
      heard += data.toString('latin1')
      if (heard.includes('SIP/2.0 200')) socket.destroy()
    })
    socket.write(text, 'latin1')
  })
}
