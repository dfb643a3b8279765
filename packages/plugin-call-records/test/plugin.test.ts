import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import {
  createApp,
  type FailureContext,
  type Handled,
  inject,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { type Answer, Network, Phone } from '@sipwright/framework/testing'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { callRecords } from '#src/plugin.js'
import { type CallRecord } from '#src/record.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

@Routes()
class Balancer {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    if (ctx.request.uri.includes('nobody')) return ctx.reply(404)
    ctx.recordRoute()
    return ctx.relay(this.#dispatcher.select(1, ctx))
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }
}

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

async function rig(first: Answer, second: Answer, maxCalls?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sipwright-records-'))
  folders.push(folder)
  const file = join(folder, 'calls.jsonl')
  const network = new Network()
  const destinations = [
    { uri: 'sip:192.0.2.11:5060', id: 'fs1', priority: 9 },
    { uri: 'sip:192.0.2.12:5060', id: 'fs2', priority: 5 },
  ]
  const app = await createApp({
    plugins: [
      callRecords({ file, ...(maxCalls !== undefined && { maxCalls }) }),
      dispatcher({ sets: { 1: { algorithm: 'priority', destinations } }, probe: { mode: 'none' } }),
    ],
    routes: [Balancer],
    clock: network.clock,
    chance: network.chance,
    log: quiet,
    transports: [network.transport('UDP')],
  })
  await app.listen('udp:192.0.2.1:5060')
  const proxy = 'UDP:192.0.2.1:5060'
  const caller = await Phone.at(network, { at: 'UDP:192.0.2.100:5060', proxy })
  await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer: first })
  await Phone.at(network, { at: 'UDP:192.0.2.12:5060', answer: second })
  const records = (name = file): CallRecord[] =>
    readFileSync(name, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as CallRecord)
  return { network, app, caller, records, file }
}

test('a call that failed over and was hung up: times, attempts, who ended it', async () => {
  const ringing = [{ status: 180 }, { status: 200, afterMs: 2_000 }]
  const { network, app, caller, records } = await rig(503, ringing)
  const call = caller.call('sip:bob@example.com')
  await network.run(3_000)
  call.bye()
  await network.run(500)
  await app.close()
  const [record, ...others] = records()
  expect(others).toEqual([])
  expect(record).toMatchObject({
    ...{ set: '1', destination: 'fs2', status: 200, hungUpBy: 'caller' },
    ...{ source: 'udp:192.0.2.100:5060', uri: 'sip:bob@example.com', to: 'sip:bob@example.com' },
    attempts: [
      { destination: 'fs1', uri: 'sip:192.0.2.11:5060', status: 503 },
      { destination: 'fs2', uri: 'sip:192.0.2.12:5060', status: 200 },
    ],
  })
  const at = (text: string | null) => Date.parse(text ?? '')
  expect(at(record!.answeredAt) - at(record!.ringingAt)).toBeGreaterThan(1_900)
  expect(at(record!.endedAt) - at(record!.answeredAt)).toBe(record!.durationMs)
})

test('cancelled, busy and refused here: whose doing it was, and no duration', async () => {
  const { network, app, caller, records } = await rig([{ status: 180 }], 486)
  const call = caller.call('sip:bob@example.com')
  await network.run(1_000)
  call.cancel()
  await network.run(1_000)
  caller.call('sip:nobody@example.com')
  await network.run(1_000)
  await app.close()
  expect(records()).toMatchObject([
    { status: 487, hungUpBy: 'caller', answeredAt: null, durationMs: 0 },
    { status: 404, hungUpBy: 'edge', destination: null, attempts: [] },
  ])
})

test('a callee who is busy has ended the call', async () => {
  const { network, app, caller, records } = await rig(486, 200)
  caller.call('sip:bob@example.com')
  await network.run(1_000)
  await app.close()
  expect(records()).toMatchObject([
    { status: 486, hungUpBy: 'callee', attempts: [{ destination: 'fs1', status: 486 }] },
  ])
})

test('calls whose end nobody sees are told when there are too many, and at the end', async () => {
  const { network, app, caller, records } = await rig(200, 200, 1)
  for (let index = 0; index < 2; index++) {
    caller.call('sip:bob@example.com')
    await network.run(500)
  }
  await app.close()
  expect(records()).toMatchObject([{ hungUpBy: 'unknown' }, { hungUpBy: 'unknown', status: 200 }])
})

test('on reload the file is opened again: what was moved away stays as it is', async () => {
  const { network, app, caller, records, file } = await rig(486, 486)
  caller.call('sip:bob@example.com')
  await network.run(1_000)
  // Until the line is there: the file is made and written by the system in its own time.
  const isWritten = () => existsSync(file) && records().length > 0
  while (!isWritten()) await new Promise((resolve) => setImmediate(resolve))
  renameSync(file, `${file}.1`)
  await app.reload()
  caller.call('sip:bob@example.com')
  await network.run(1_000)
  await app.close()
  expect(records(`${file}.1`)).toHaveLength(1)
  expect(records()).toHaveLength(1)
})
