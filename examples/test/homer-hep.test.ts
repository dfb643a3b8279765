/** A socket of the test's own stands for Homer: what reaches it is HEP3. */
import { expect, test } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { edge } from '#src/homer-hep.js'

test('a message that comes reaches Homer in a packet of the capture node 2001', async () => {
  const homer = createSocket('udp4')
  homer.bind(0, '127.0.0.1')
  await once(homer, 'listening')
  const app = await edge(`udp:127.0.0.1:${homer.address().port}`)
  await app.listen('udp:127.0.0.1:0')
  const packet = once(homer, 'message') as Promise<[Buffer]>
  const phone = createSocket('udp4')
  phone.send(
    [
      'OPTIONS sip:127.0.0.1 SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKhep;rport',
      'Max-Forwards: 70',
      'From: <sip:alice@example.com>;tag=a1',
      'To: <sip:127.0.0.1>',
      'Call-ID: seen-by-homer',
      ...['CSeq: 1 OPTIONS', 'Content-Length: 0', '', ''],
    ].join('\r\n'),
    app.listeners[0]!.port,
    '127.0.0.1',
  )
  const [data] = await packet
  expect(data.subarray(0, 4).toString('latin1')).toBe('HEP3')
  // Chunk 12 of the generic vendor, four bytes: the capture node.
  expect(data.includes(Buffer.from('0000000c000a000007d1', 'hex'))).toBe(true)
  expect(data.toString('latin1')).toContain('seen-by-homer')
  phone.close()
  await app.close()
  homer.close()
})
