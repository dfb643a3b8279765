/** Call records of the sample: a line per call, and rotation by SIGHUP. */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { SipCaller } from './sip-caller.js'

afterEach(stopAll)

test('every call is a line of the file; SIGHUP opens it again after it was moved away', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sipwright-records-'))
  const file = join(folder, 'calls.jsonl')
  const [port, at] = [await freePort(), await freePort()]
  const backend = await SipBackend.at(at)
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: [{ uri: 'sip:127.0.0.1:${at}', id: fs1 }] } }
  probe: { interval: 0s }
callRecords: { file: '${file}' }
`,
  })
  const caller = await SipCaller.to(port)
  const lines = (name: string) => readFileSync(name, 'utf8').split('\n').filter(Boolean)
  const complete = async (): Promise<void> => {
    const { call } = await caller.call()
    expect(await caller.bye(call!)).toBe(200)
  }
  await complete()
  while (lines(file).length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  renameSync(file, `${file}.1`)
  process.kill(balancer.process.pid, 'SIGHUP')
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10))
  await complete()
  await balancer.stop()
  expect(lines(`${file}.1`)).toHaveLength(1)
  expect(lines(file).map((line) => JSON.parse(line) as object)).toMatchObject([
    { destination: 'fs1', status: 200, hungUpBy: 'caller', attempts: [{ status: 200 }] },
  ])
  for (const end of [backend, caller]) end.close()
  rmSync(folder, { recursive: true })
}, 60_000)
