import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Log } from '@sipwright/framework'
import { VirtualClock } from '@sipwright/framework/testing'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callKey } from '#src/load/call-key.js'
import { Journal } from '#src/load/journal.js'
import { Leases } from '#src/load/leases.js'

const ignore = () => undefined
const quiet: Log = { error: ignore, warn: ignore, info: ignore, debug: ignore }
const lives: Journal[] = []
let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
  file = join(folder, 'calls')
})
afterEach(async () => {
  for (const journal of lives.splice(0)) await journal.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One life of a process: its leases, and the journal that it found and goes on with. */
async function life(wall = { now: 1e12 }, log = quiet) {
  const clock = new VirtualClock()
  const journal = await Journal.open(file, { clock, log, wallClock: () => wall.now })
  lives.push(journal)
  const leases = new Leases({
    ...{ clock, limit: 100_000, maxDurationMs: 3_600_000, secret: 's', observer: journal },
  })
  await journal.begin(leases)
  const answered = (call: number, destination = 'a'): void => {
    const lease = leases.sent(callKey(String(call), 'x'), leases.loads.of('1', destination))
    leases.accepted(lease, 'y', undefined)
  }
  const ended = (call: number): void => {
    leases.ended({ callId: String(call), fromTag: 'x', toTag: 'y' }, [])
  }
  const calls = (destination = 'a'): number => leases.loads.of('1', destination).calls
  return { clock, journal, leases, answered, ended, calls }
}

test('a process that is killed leaves its calls to the next one, which ends them as it would have', async () => {
  const first = await life()
  for (let call = 0; call < 50; call++) first.answered(call, call % 2 === 0 ? 'a' : 'b')
  for (let call = 0; call < 10; call++) first.ended(call)
  await first.journal.written()
  const second = await life()
  expect([second.calls('a'), second.calls('b'), second.leases.size]).toEqual([20, 20, 40])
  for (let call = 0; call < 50; call++) second.ended(call)
  await second.journal.written()
  expect((await life()).leases.size).toBe(0)
})

test('time goes on while no process runs: a call has what was left of its session', async () => {
  const first = await life()
  const session = (call: string, ms: number): void => {
    const lease = first.leases.sent(callKey(call, 'x'), first.leases.loads.of('1', 'a'))
    first.leases.accepted(lease, 'y', ms)
  }
  session('short', 10_000)
  session('long', 90_000)
  await first.journal.written()
  const second = await life({ now: 1e12 + 30_000 })
  expect(second.calls()).toBe(1)
  second.clock.advance(59_999)
  expect(second.calls()).toBe(1)
  second.clock.advance(1)
  expect(second.calls()).toBe(0)
})

test('a line that a kill cut short is left out without a word; more of them are reported', async () => {
  const first = await life()
  first.answered(1)
  await first.journal.written()
  appendFileSync(file, '["+","2\\nx","1","a",[1')
  const warnings: object[] = []
  const log = { ...quiet, warn: (fields: object) => void warnings.push(fields) }
  const second = await life(undefined, log)
  expect([second.calls(), warnings.length]).toEqual([1, 0])
  await second.journal.close()
  appendFileSync(file, 'rubbish\n["?"]\n{"a":1}\n')
  expect((await life(undefined, log)).calls()).toBe(1)
  expect(warnings).toMatchObject([{ unread: 3 }])
})

test('the file stays short: what is over goes when it is written anew, also while calls come and go', async () => {
  const first = await life()
  for (let call = 0; call < 2_000; call++) first.answered(call)
  for (let call = 2_000; call < 12_000; call++) {
    first.answered(call)
    first.ended(call)
    if (call % 250 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  for (let call = 0; call < 1_000; call++) first.ended(call)
  await first.journal.written()
  const lines = readFileSync(file, 'utf8').split('\n').length
  expect(lines).toBeLessThan(20_000)
  const second = await life()
  expect([second.leases.size, second.calls()]).toEqual([1_000, 1_000])
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1_000)
})

test('a place that cannot be written is refused at start', async () => {
  file = join(folder, 'missing', 'calls')
  await expect(life()).rejects.toMatchObject({ code: 'SIPW_ERR_LOAD_JOURNAL' })
  file = folder
  await expect(life()).rejects.toMatchObject({ code: 'SIPW_ERR_LOAD_JOURNAL' })
})

test('a file that cannot be written later is reported; calls go on, and it is written anew when it can be', async () => {
  const errors: object[] = []
  const first = await life(undefined, { ...quiet, error: (fields) => void errors.push(fields) })
  for (let call = 0; call < 10; call++) first.answered(call)
  await first.journal.written()
  rmSync(folder, { recursive: true })
  for (let call = 10; call < 5_010; call++) {
    first.answered(call)
    first.ended(call)
  }
  await first.journal.written()
  expect(errors).toMatchObject([{ file }])
  expect(first.calls()).toBe(10)
  mkdirSync(folder)
  first.ended(0)
  first.clock.advance(30_000)
  await first.journal.written()
  expect((await life()).calls()).toBe(9)
  expect(errors).toHaveLength(1)
})
