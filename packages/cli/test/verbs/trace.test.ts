/** `sipwright trace` against a running edge. operations.md §4.6 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { trace } from '@sipwright/plugin-trace'
import { folderWith, removeFolders } from '../rig.js'
import { FarEnd, request, run, runningEdge, type RunningEdge } from '../running-edge.js'

let edge: RunningEdge
let caller: FarEnd
let backend: FarEnd

beforeEach(async () => {
  caller = await FarEnd.open()
  backend = await FarEnd.open()
  backend.answers('486 Busy Here')
  const destinations = [{ uri: `sip:127.0.0.1:${backend.port}`, id: 'fs1' }]
  edge = await runningEdge({ sets: { 1: { destinations } } }, {}, [trace({})])
})

afterEach(async () => {
  await edge.app.close()
  caller.close()
  backend.close()
  removeFolders()
})

async function call(callId: string): Promise<void> {
  caller.send(request('INVITE', '1', caller, { callId }), edge.port)
  await caller.hears(new RegExp(`^SIP/2\\.0 486[^]*Call-ID: ${callId}\r`))
}

const verb = (...args: readonly string[]) => run(['trace', ...args], edge.url)

test('calls are listed by what is asked for, and one is a ladder with its decision', async () => {
  await call('one')
  await call('two')
  const { status, stdout } = await verb('--call-id', 'one')
  expect(status).toBe(0)
  expect(stdout).toMatch(/INVITE +failed +486 +fs1 +1 +sip:alice@example\.com +.* +one$/m)
  expect(stdout).not.toContain('two')
  const list = JSON.parse((await verb('--json', '--limit', '1')).stdout) as Listed
  expect(list.traces).toMatchObject([{ callId: 'two' }])
  const { id } = list.traces[0]!
  const shown = await verb(id)
  expect(shown.status).toBe(0)
  expect(shown.stdout).toContain('INVITE')
  expect(shown.stdout).toContain('486')
  expect((await verb(id, '--format', 'mermaid')).stdout).toMatch(/^sequenceDiagram/)
  expect(JSON.parse((await verb(id, '--json')).stdout)).toMatchObject({ id, callId: 'two' })
})

test('a capture is written to a file; without one, and for an unknown call, it is refused', async () => {
  await call('one')
  const { id } = (JSON.parse((await verb('--json')).stdout) as Listed).traces[0]!
  const out = join(folderWith(), 'call.pcap')
  expect(await verb(id, '--format', 'pcap', '-o', out)).toMatchObject({ status: 0, stderr: '' })
  expect(readFileSync(out).length).toBeGreaterThan(200)
  expect(await verb(id, '--format', 'pcap')).toMatchObject({ status: 2 })
  expect(await verb(id, '-o', join(out, 'not-a-folder'))).toMatchObject({ status: 2 })
  expect(await verb('0-99999')).toMatchObject({ status: 1, stderr: 'there is no trace 0-99999\n' })
  expect(await verb('--state', 'bored')).toMatchObject({ status: 1 })
  expect(await verb(id, '--format', 'svg')).toMatchObject({ status: 2 })
})

test('--follow tells what happens to calls until the edge ends', async () => {
  const following = verb('--follow')
  const calls = setInterval(() => void call(`later-${Date.now()}`), 200)
  setTimeout(() => {
    clearInterval(calls)
    void edge.app.close()
  }, 2_600)
  const { status, stdout } = await following
  expect(status).toBe(0)
  expect(stdout).toMatch(/^0-\d+ failed 486 fs1$/m)
})

test('an edge without traces says so', async () => {
  await edge.app.close()
  edge = await runningEdge({ sets: { 1: { destinations: ['sip:127.0.0.1:9'] } } })
  expect(await verb()).toMatchObject({ status: 1, stderr: 'there is no plugin trace here\n' })
  expect(await verb('0-1')).toMatchObject({ status: 1 })
})

interface Listed {
  readonly traces: readonly { readonly id: string; readonly callId: string }[]
}
