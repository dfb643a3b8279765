import { afterEach, expect, test } from '@jest/globals'
import { hop } from '#src/message/flow.js'
import { tcp } from '#src/transport/tcp.js'
import { closeAll, closedPort, dial, listen, request, streamServer, until } from './wire.js'

afterEach(closeAll)

for (const address of ['127.0.0.1', '::1']) {
  test(`a response goes back on the connection of its request, at ${address} (§18.2.2)`, async () => {
    const { listener, notebook } = await listen(tcp, address)
    const peer = await dial(listener.local.port, address)
    peer.socket.write(request('one'))
    await until('the request', () => notebook.messages.length === 1)
    const { flow } = notebook.messages[0]!
    expect(flow).toMatchObject({
      local: listener.local,
      remoteAddress: address,
      remotePort: peer.socket.localPort,
    })
    expect(listener.sendBack(flow, request('reply'))).toBe(true)
    await until('the response', () => peer.text !== '')
    expect(peer.text).toBe(request('reply'))
    expect(listener.connections).toBe(1)
  })

  test(`requests to one hop share one connection, and its answers come in by it, at ${address} (§18.1.1)`, async () => {
    const { listener, notebook } = await listen(tcp, address)
    const server = await streamServer(0, address)
    const to = hop('TCP', address, server.port)
    listener.sendTo(to, request('one'))
    listener.sendTo(to, request('two'))
    await until('both', () => server.peers[0]?.text === request('one') + request('two'))
    listener.sendTo(to, request('three'))
    await until('the third', () => server.peers[0]!.text.endsWith(request('three')))
    expect(server.peers).toHaveLength(1)
    server.peers[0]!.socket.write(request('answer'))
    await until('the answer', () => notebook.messages.length === 1)
    expect(notebook.messages[0]!.flow).toMatchObject({
      remoteAddress: address,
      remotePort: server.port,
    })
  })
}

test('messages are cut at Content-Length however the bytes arrive (§18.3)', async () => {
  const { listener, notebook } = await listen(tcp)
  const peer = await dial(listener.local.port)
  const stream = request('one', 5) + request('two') + request('three', 700)
  for (let at = 0; at < stream.length; at += 7) {
    peer.socket.write(stream.slice(at, at + 7))
    if (at % 70 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await until('three messages', () => notebook.messages.length === 3)
  expect(notebook.messages.map(({ text }) => text)).toEqual([
    request('one', 5),
    request('two'),
    request('three', 700),
  ])
})

test('CRLFCRLF is answered by CRLF (RFC 5626 §3.5.1)', async () => {
  const { listener } = await listen(tcp)
  const peer = await dial(listener.local.port)
  peer.socket.write('\r\n\r\n')
  await until('the pong', () => peer.text === '\r\n')
})

test('a request uses the connection that its hop has opened to us', async () => {
  const { listener, notebook } = await listen(tcp)
  const peer = await dial(listener.local.port)
  peer.socket.write(request('register'))
  await until('the request', () => notebook.messages.length === 1)
  listener.sendTo(hop('TCP', '127.0.0.1', peer.socket.localPort!), request('call'))
  await until('the call', () => peer.text === request('call'))
  expect(listener.connections).toBe(1)
})

test('a stream that cannot be cut may still be answered, then closes (§18.3)', async () => {
  const { listener, notebook } = await listen(tcp)
  notebook.onBroken = (flow) => void listener.sendBack(flow, 'SIP/2.0 400 Bad Request\r\n\r\n')
  const peer = await dial(listener.local.port)
  peer.socket.write('OPTIONS sip:a SIP/2.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n')
  await until('the end', () => peer.closed)
  expect(peer.text).toBe('SIP/2.0 400 Bad Request\r\n\r\n')
  expect(notebook.breaks).toHaveLength(1)
  expect(listener.connections).toBe(0)
})

test('a connection that says nothing is closed at firstByteTimeoutMs', async () => {
  const { listener, clock } = await listen(tcp, '127.0.0.1', { firstByteTimeoutMs: 10_000 })
  const peer = await dial(listener.local.port)
  await until('the connection', () => listener.connections === 1)
  clock.advance(9_999)
  expect(listener.connections).toBe(1)
  clock.advance(1)
  expect(listener.connections).toBe(0)
  await until('the end', () => peer.closed)
})

test('a message that is not whole at messageTimeoutMs closes the connection; its bytes do not extend the time', async () => {
  const { listener, notebook, clock } = await listen(tcp, '127.0.0.1', { messageTimeoutMs: 5_000 })
  const peer = await dial(listener.local.port)
  peer.socket.write(request('whole') + 'OPT')
  await until('the first message', () => notebook.messages.length === 1)
  for (const piece of ['IONS', ' sip:a ', 'SIP/2.0\r\n', 'A: b\r\n']) {
    clock.advance(1_200)
    peer.socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(listener.connections).toBe(1)
  clock.advance(200)
  expect(listener.connections).toBe(0)
  await until('the end', () => peer.closed)
  expect(notebook.messages).toHaveLength(1)
})

test('a message that begins behind a whole one has the whole messageTimeoutMs', async () => {
  const { listener, notebook, clock } = await listen(tcp, '127.0.0.1', { messageTimeoutMs: 5_000 })
  const peer = await dial(listener.local.port)
  const text = request('one')
  peer.socket.write(text.slice(0, 20))
  await until('the connection', () => listener.connections === 1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  clock.advance(4_000)
  peer.socket.write(text.slice(20) + text.slice(0, 20))
  await until('the first message', () => notebook.messages.length === 1)
  clock.advance(4_000)
  peer.socket.write(text.slice(20))
  await until('the second message', () => notebook.messages.length === 2)
  clock.advance(60_000)
  expect(listener.connections).toBe(1)
})

test('a connection that carries nothing for idleTimeoutMs is closed; traffic either way keeps it', async () => {
  const { listener, notebook, clock } = await listen(tcp, '127.0.0.1', { idleTimeoutMs: 60_000 })
  const peer = await dial(listener.local.port)
  peer.socket.write(request('one'))
  await until('the request', () => notebook.messages.length === 1)
  clock.advance(50_000)
  listener.sendBack(notebook.messages[0]!.flow, request('reply'))
  clock.advance(59_999)
  expect(listener.connections).toBe(1)
  clock.advance(1)
  await until('the end', () => peer.closed)
  expect(listener.connections).toBe(0)
})

test('one source has connectionsPerSource connections at most', async () => {
  const { listener, notebook } = await listen(tcp, '127.0.0.1', { connectionsPerSource: 2 })
  const peers = [await dial(listener.local.port), await dial(listener.local.port)]
  await until('two connections', () => listener.connections === 2)
  const third = await dial(listener.local.port)
  await until('its end', () => third.closed)
  for (const peer of peers) peer.socket.write(request('one'))
  await until('both served', () => notebook.messages.length === 2)
  peers[0]!.socket.destroy()
  await until('a free place', () => listener.connections === 1)
  await dial(listener.local.port)
  await until('the place taken', () => listener.connections === 2)
})

test('with all connections taken the oldest that never spoke goes; who spoke stays, the newcomer goes', async () => {
  const { listener, notebook } = await listen(tcp, '127.0.0.1', { connections: 2 })
  const speaking = await dial(listener.local.port)
  speaking.socket.write(request('one'))
  await until('the request', () => notebook.messages.length === 1)
  const silent = await dial(listener.local.port)
  await until('two connections', () => listener.connections === 2)
  const next = await dial(listener.local.port)
  await until('the silent one gone', () => silent.closed)
  next.socket.write(request('two'))
  await until('the next served', () => notebook.messages.length === 2)
  const last = await dial(listener.local.port)
  await until('the newcomer refused', () => last.closed)
  expect([speaking.closed, next.closed]).toEqual([false, false])
})

test('a hop that refuses is told at once, and later sends try again (§18.4)', async () => {
  const { listener, notebook } = await listen(tcp)
  const port = await closedPort()
  const to = hop('TCP', '127.0.0.1', port)
  listener.sendTo(to, request('one'))
  expect(notebook.failures).toEqual([])
  await until('the failure', () => notebook.failures.length === 1)
  expect(notebook.failures[0]).toMatchObject({ hop: to, error: { code: 'SIPW_ERR_UNREACHABLE' } })
  expect(notebook.failures[0]!.error.message).toContain('ECONNREFUSED')
  expect(listener.connections).toBe(0)
  const server = await streamServer(port)
  listener.sendTo(to, request('two'))
  await until('the request', () => server.peers[0]?.text === request('two'))
})

test('a hop that answers no SYN is told at connectTimeoutMs', async () => {
  const { listener, notebook, clock } = await listen(tcp, '127.0.0.1', { connectTimeoutMs: 1_000 })
  const server = await streamServer()
  listener.sendTo(hop('TCP', '127.0.0.1', server.port), request('one'))
  // The virtual clock moves before the loop has seen the handshake.
  clock.advance(999)
  expect(notebook.failures).toEqual([])
  clock.advance(1)
  expect(notebook.failures).toHaveLength(1)
  expect(notebook.failures[0]!.error.message).toContain('connect timeout')
})

test('hops that can never be connected to are told later, and nothing is thrown', async () => {
  const { listener, notebook } = await listen(tcp)
  const impossible = [hop('TCP', '127.0.0.1', 70_000), hop('TCP', '::1', 5060)]
  for (const one of impossible) listener.sendTo(one, request('one'))
  expect(notebook.failures).toEqual([])
  await until('both failures', () => notebook.failures.length === 2)
  expect(listener.connections).toBe(0)
})

test('a connection that the far end closed when idle is opened anew by the next request', async () => {
  const { listener, notebook, clock } = await listen(tcp)
  const server = await streamServer()
  const to = hop('TCP', '127.0.0.1', server.port)
  listener.sendTo(to, request('one'))
  await until('the request', () => server.peers[0]?.text === request('one'))
  server.peers[0]!.socket.write(request('answer'))
  await until('the answer', () => notebook.messages.length === 1)
  clock.advance(40_000)
  server.peers[0]!.socket.end()
  await until('the end', () => listener.connections === 0)
  listener.sendTo(to, request('two'))
  await until('the next request', () => server.peers[1]?.text === request('two'))
  expect(notebook.failures).toEqual([])
})

test('a far end that resets when written to is told within a second, so that another is tried (§16.9)', async () => {
  const { listener, notebook } = await listen(tcp)
  const server = await streamServer()
  const to = hop('TCP', '127.0.0.1', server.port)
  listener.sendTo(to, request('one'))
  await until('the request', () => server.peers[0]?.text === request('one'))
  server.peers[0]!.socket.write(request('answer'))
  await until('the answer', () => notebook.messages.length === 1)
  const start = performance.now()
  server.peers[0]!.socket.once('data', () => server.peers[0]!.socket.resetAndDestroy())
  listener.sendTo(to, request('two'))
  await until('the failure', () => notebook.failures.length === 1)
  expect(notebook.failures[0]!.at - start).toBeLessThan(1_000)
  expect(notebook.failures[0]!.hop).toBe(to)
  expect(listener.connections).toBe(0)
})

test('a request written while the far end goes in an orderly way is told lost', async () => {
  const { listener, notebook } = await listen(tcp)
  const server = await streamServer()
  const to = hop('TCP', '127.0.0.1', server.port)
  listener.sendTo(to, request('one'))
  await until('the request', () => server.peers[0]?.text === request('one'))
  server.peers[0]!.socket.end()
  await until('the failure', () => notebook.failures.length === 1)
  expect(notebook.failures[0]!.error.message).toContain('closed by the far end')
})

test('a response on a connection that is gone is refused: Via says where else to try (§18.2.2)', async () => {
  const { listener, notebook } = await listen(tcp)
  const peer = await dial(listener.local.port)
  peer.socket.write(request('one'))
  await until('the request', () => notebook.messages.length === 1)
  peer.socket.destroy()
  await until('the end', () => listener.connections === 0)
  expect(listener.sendBack(notebook.messages[0]!.flow, request('reply'))).toBe(false)
  expect(notebook.failures).toEqual([])
})

test('a far end that does not read is cut off at sendQueueBytes, and told later', async () => {
  const { listener, notebook } = await listen(tcp, '127.0.0.1', { sendQueueBytes: 65_536 })
  const server = await streamServer()
  const to = hop('TCP', '127.0.0.1', server.port)
  listener.sendTo(to, request('one'))
  await until('the connection', () => server.peers[0]?.text === request('one'))
  server.peers[0]!.socket.pause()
  const large = request('large', 30_000)
  for (let sent = 0; sent < 2_000 && listener.connections === 1; sent++) {
    listener.sendTo(to, large)
    await new Promise((resolve) => setImmediate(resolve))
    if (notebook.failures.length > 0) break
  }
  expect(notebook.failures[0]!.error.message).toContain('slow reader')
})

test('of all who do not read, whoever makes too much wait is cut off; who reads is served (security.md §3 row 10)', async () => {
  const limits = { sendQueueBytes: 10_000_000, allSendQueuesBytes: 4_000_000 }
  const { listener, notebook, sendQueues } = await listen(tcp, '127.0.0.1', limits)
  const peers = await Promise.all([1, 2, 3, 4].map(() => dial(listener.local.port)))
  const [reader, ...others] = peers
  for (const peer of peers) peer.socket.write(request('hello'))
  await until('all', () => notebook.messages.length === peers.length)
  for (const other of others) other.socket.pause()
  const flowOf = (port: number | undefined) =>
    notebook.messages.find(({ flow }) => flow.remotePort === port)!.flow
  const flows = others.map(({ socket }) => flowOf(socket.localPort))
  const large = request('large', 60_000)
  // What the kernel takes does not wait.
  for (let sent = 0; sent < 2_000 && listener.connections === peers.length; sent++) {
    for (const flow of flows) listener.sendBack(flow, large)
    await new Promise((resolve) => setImmediate(resolve))
    expect(sendQueues.bytes).toBeLessThanOrEqual(limits.allSendQueuesBytes)
  }
  expect(listener.connections).toBeLessThan(peers.length)
  const before = reader!.text.length
  listener.sendBack(flowOf(reader!.socket.localPort), large)
  await until('the reader', () => reader!.text.length - before === large.length)
  for (const other of others) other.socket.destroy()
  await until('the end', () => listener.connections === 1)
  expect(sendQueues.bytes).toBe(0)
})

test('a message larger than sendQueueBytes passes alone: it does not end the connection of others', async () => {
  const { listener, notebook } = await listen(tcp, '127.0.0.1', { sendQueueBytes: 1_000 })
  const server = await streamServer()
  const large = request('large', 60_000)
  listener.sendTo(hop('TCP', '127.0.0.1', server.port), large)
  await until('the message', () => server.peers[0]?.text === large)
  expect(notebook.failures).toEqual([])
})

test('closing writes what waits, then closes every connection and frees the port', async () => {
  const { listener, notebook } = await listen(tcp)
  const peer = await dial(listener.local.port)
  peer.socket.write(request('one'))
  await until('the request', () => notebook.messages.length === 1)
  listener.sendBack(notebook.messages[0]!.flow, request('reply', 20_000))
  await listener.close()
  await until('the end', () => peer.closed)
  expect(peer.text).toBe(request('reply', 20_000))
  expect(listener.connections).toBe(0)
  await streamServer(listener.local.port)
})

test('a port that another socket has is refused with address, port and reason', async () => {
  const { port } = await streamServer()
  await expect(listen(tcp, '127.0.0.1', {}, { port })).rejects.toThrow(
    `cannot listen at 127.0.0.1:${port}: EADDRINUSE`,
  )
})
