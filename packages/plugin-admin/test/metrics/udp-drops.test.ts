import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { type LocalAddress } from '@sipwright/framework'
import { parseUdpTable, udpDrops } from '#src/metrics/udp-drops.js'

const table = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  388: 0100007F:13C4 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31337 2 0000000000000000 17
  389: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20000 2 0000000000000000 0
`

test('the last column of the kernel’s table is what it dropped (proc(5))', () => {
  expect(parseUdpTable(table)).toEqual([
    { address: '0100007F', port: 5060, drops: 17 },
    { address: '00000000', port: 68, drops: 0 },
  ])
  expect(parseUdpTable('')).toEqual([])
  expect(parseUdpTable('head\nnothing that it knows\n')).toEqual([])
})

test('what a socket that nobody reads loses is told by its address', async () => {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2_304 })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const local = { transport: 'UDP', address: '127.0.0.1', port } as LocalAddress
  const sender = createSocket('udp4')
  const burst = Buffer.alloc(1_400)
  try {
    expect(udpDrops([local])).toEqual([{ listener: local, drops: 0 }])
    // All are sent before this process reads again.
    await Promise.all(
      Array.from(
        { length: 200 },
        () => new Promise((sent) => sender.send(burst, port, '127.0.0.1', sent)),
      ),
    )
    const [{ drops } = { drops: 0 }] = udpDrops([local])
    expect(drops).toBeGreaterThan(0)
    expect(udpDrops([{ ...local, transport: 'TCP' }])).toEqual([])
  } finally {
    socket.close()
    sender.close()
  }
})
