import { afterEach, expect, test } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { isWorker, joinWorkers, startWorkers, type WorkerGroup } from '#src/index.js'
import { systemClock } from '#src/server/clock.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const entry = new URL('./entry.js', import.meta.url)
const groups: WorkerGroup[] = []

afterEach(async () => {
  await Promise.all(groups.splice(0).map((group) => group.stop(0)))
})

/** A fifth of the time that the supervisor waits. */
const fastClock = {
  ...systemClock,
  after: (ms: number, run: () => void) => systemClock.after(ms / 5, run),
}

async function start(workers: number, data?: unknown): Promise<WorkerGroup> {
  const listen = ['udp:127.0.0.1:0']
  const group = await startWorkers({ entry, workers, listen, data, log: quiet, clock: fastClock })
  groups.push(group)
  return group
}

test('workers share a port; what they count is added up; they end when they are told to', async () => {
  const group = await start(2)
  const [listener] = group.listeners
  const socket = createSocket('udp4')
  for (let n = 0; n < 10; n++) {
    const lines = [
      'OPTIONS sip:127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK${n}`,
      'From: <sip:a@b>;tag=1',
      'To: <sip:127.0.0.1>',
      `Call-ID: ${n}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0',
    ]
    const answered = once(socket, 'message') as Promise<[Buffer]>
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, listener!.port, '127.0.0.1')
    expect(String((await answered)[0])).toMatch(/^SIP\/2\.0 200 /)
  }
  socket.close()
  expect(await group.counters()).toMatchObject({ messagesReceived: 10, responsesSent: 10 })
  expect(await group.stop(1_000)).toBe(true)
  expect(group.pids).toEqual([undefined, undefined])
}, 20_000)

test('a reload tells what each worker refused', async () => {
  const group = await start(2)
  expect(await group.reload('fine')).toEqual([])
  expect([...(await group.reload('refuse'))].sort()).toEqual([
    'worker 0 refuses',
    'worker 1 refuses',
  ])
}, 20_000)

test('a worker that cannot start ends the start, and says how it ended', async () => {
  await expect(start(2, 'fail')).rejects.toMatchObject({
    code: 'SIPW_ERR_WORKER_FAILED',
    message: expect.stringContaining('status 3'),
  })
}, 20_000)

test('a worker that stands still is replaced', async () => {
  const group = await start(1)
  const [before] = group.pids
  void group.reload('stand still')
  while (group.pids[0] === before || group.pids[0] === undefined) await pause(20)
  expect(await group.reload('fine')).toEqual([])
}, 30_000)

test('what a worker does with orders is said before they may come', async () => {
  const group = await start(1)
  expect(await group.reload('fault')).toEqual([
    'the worker serves already: onStop is to be called before app.listen()',
  ])
}, 20_000)

test.each([0, 1.5, 129])('%p workers are refused', async (workers) => {
  await expect(start(workers)).rejects.toMatchObject({ code: 'SIPW_ERR_WORKERS_UNSUPPORTED' })
})

test('a process that nobody started as a worker cannot join', async () => {
  expect(isWorker()).toBe(false)
  await expect(joinWorkers()).rejects.toMatchObject({ code: 'SIPW_ERR_NOT_A_WORKER' })
})
