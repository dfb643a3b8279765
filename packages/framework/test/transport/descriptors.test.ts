import { afterEach, expect, test } from '@jest/globals'
import { hop } from '#src/message/flow.js'
import { defaultDescriptors, descriptorsFor, openFilesOf } from '#src/transport/descriptors.js'
import { tcp } from '#src/transport/tcp.js'
import { closeAll, dial, listen, request, streamServer, until } from './wire.js'

afterEach(closeAll)

test('five hundred are kept back, or a quarter of few; without a limit none need be', () => {
  expect(descriptorsFor(20_000)).toBe(19_488)
  expect(descriptorsFor(1_024)).toBe(768)
  expect(descriptorsFor(Infinity)).toBe(Infinity)
})

test('the limit is what the system says of the process', () => {
  const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96000                96000                processes
Max open files            1024                 524288               files
`
  expect(openFilesOf(limits)).toBe(1_024)
  expect(openFilesOf(limits.replace('1024 ', 'unlimited'))).toBe(Infinity)
  expect(openFilesOf('')).toBe(Infinity)
  expect(defaultDescriptors()).toBeGreaterThan(100)
})

test('who connects gets none of those that are kept back; we still connect to backends (security.md §3 row 9)', async () => {
  const { listener } = await listen(tcp, '127.0.0.1', { descriptors: 0 })
  const peer = await dial(listener.local.port)
  await until('the end', () => peer.closed)
  const server = await streamServer()
  listener.sendTo(hop('TCP', '127.0.0.1', server.port), request('out'))
  await until('the request', () => server.peers[0]?.text === request('out'))
})
