import { type Readable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { VirtualClock } from '@sipwright/framework/testing'
import { Events, topicsFor } from '#src/events.js'

function read(stream: Readable): string {
  return String(stream.read() ?? '')
}

/** Promises of what was just done settle. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('who listens hears of his topics, each event with an id', () => {
  const events = new Events(new VirtualClock(), 2)
  const stream = events.subscribe(['dispatcher'])
  events.publish('dispatcher', { kind: 'down', id: 'fs1' })
  events.publish('audit', { who: 'anna' })
  expect(read(stream)).toBe(
    'retry: 2000\n\nid: 0.1\nevent: dispatcher\ndata: {"kind":"down","id":"fs1"}\n\n',
  )
})

test('who comes back hears what he missed, and is told when that is not known any more', () => {
  const events = new Events(new VirtualClock(), 9)
  for (let n = 1; n <= 3; n++) events.publish('dispatcher', n)
  expect(read(events.subscribe(['dispatcher'], '0.1')).match(/data: \d/g)).toEqual([
    'data: 2',
    'data: 3',
  ])
  expect(read(events.subscribe(['audit'], '0.1'))).toBe('retry: 2000\n\n')
  const gap = 'retry: 2000\n\nevent: gap\ndata: {}\n\n'
  expect(read(events.subscribe(['dispatcher'], 'other.2'))).toBe(gap)
  expect(read(events.subscribe(['dispatcher'], '0.nonsense'))).toBe(gap)
  for (let n = 0; n < 1_001; n++) events.publish('audit', n)
  expect(read(events.subscribe(['dispatcher'], '0.2'))).toBe(gap)
})

test('streams are bounded, and one that is not read is ended', () => {
  const events = new Events(new VirtualClock(), 2)
  const slow = events.subscribe(['logs'])
  events.subscribe(['logs'])
  expect(() => events.subscribe(['logs'])).toThrow('too many streams of events')
  slow.on('error', () => undefined)
  const line = JSON.stringify('x'.repeat(1_000))
  for (let n = 0; n < 1_100; n++) events.tell('logs', line)
  expect(slow.destroyed).toBe(true)
})

test('figures are told each second while somebody listens, and nothing runs when nobody does', async () => {
  const clock = new VirtualClock()
  const events = new Events(clock, 2)
  let asked = 0
  events.everySecond('stats', () => ({ n: ++asked }))
  events.everySecond('calls', () => {
    throw new Error('nobody may ask')
  })
  clock.advance(5_000)
  expect(asked).toBe(0)
  const stream = events.subscribe(['stats'])
  for (let second = 0; second < 3; second++) {
    clock.advance(1_000)
    await settled()
  }
  expect(read(stream).match(/"n":\d/g)).toEqual(['"n":1', '"n":2', '"n":3'])
  clock.advance(12_000)
  expect(read(stream)).toContain(': \n\n')
  stream.destroy()
  await new Promise((resolve) => stream.once('close', resolve))
  const before = asked
  clock.advance(60_000)
  await settled()
  expect([asked, events.size]).toEqual([before, 0])
})

test('a line of the log stays one event, whatever is in it', () => {
  const events = new Events(new VirtualClock(), 1)
  const stream = events.subscribe(['logs'])
  events.tell('logs', '{"msg":"a"}\n')
  expect(read(stream)).toBe('retry: 2000\n\nevent: logs\ndata: {"msg":"a"}\n\n')
})

test('who may look hears no numbers of callers', () => {
  expect(topicsFor('read')).toEqual(['dispatcher', 'stats', 'security'])
  expect(topicsFor('operate')).toContain('calls')
})
