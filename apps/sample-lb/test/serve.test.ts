import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { freePort } from '@sipwright/test/system/free-ports.js'
import { pause, Program, request, response, run, SipSocket } from './process.js'

jest.setTimeout(60_000)

let folder: string
let config: string
let port: number
let caller: SipSocket
let backend: SipSocket
const programs: Program[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sample-lb-'))
  config = join(folder, 'lb.yaml')
  caller = await SipSocket.open()
  backend = await SipSocket.open()
  port = await freePort()
})

afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL')
    await program.exit()
  }
  caller.close()
  backend.close()
  rmSync(folder, { recursive: true })
})

test('it says ready when it serves, answers OPTIONS to itself, and ends on SIGTERM with status 0', async () => {
  writeConfig(backend.port)
  const program = await start()
  caller.send(request('OPTIONS', `sip:127.0.0.1:${String(port)}`, caller, { callId: 'o1' }), port)
  expect(await caller.receive(/^SIP\/2\.0/)).toMatch(/^SIP\/2\.0 200 /)
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
  expect(program.stderr).toBe('')
})

test('with log.format: json the ready line is an object whose msg is ready, whatever the level', async () => {
  writeConfig(backend.port)
  const program = launch('--set', 'log={ level: error, format: json }')
  const [line] = await program.printed(/^\{.*"msg":"ready".*\}$/m)
  expect(JSON.parse(line)).toMatchObject({ listen: [`udp:127.0.0.1:${String(port)}`] })
})

test('a port in use is one readable fault, exit status 2', async () => {
  writeConfig(backend.port)
  await start()
  const { status, stdout, stderr } = await run('--config', config)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(
    new RegExp(
      `^.*lb\\.yaml:1:10 listen\\.0: found "udp:127\\.0\\.0\\.1:${String(port)}" \\(.*\\), expected an address of this machine and a port that is free\\n$`,
    ),
  )
})

test('a user no rule matches is answered 404, no usable destination as configured, without Retry-After', async () => {
  writeConfig(1, 'route: [{ user: "1*", set: 1 }]\n')
  await start('--set', 'dispatcher.sets.1.destinations=[]', '--set', 'failover.noDestination=480')
  caller.send(request('MESSAGE', 'sip:2000@example.com', caller, { callId: 'm1' }), port)
  expect(await caller.receive(/^SIP\/2\.0/)).toMatch(/^SIP\/2\.0 404 /)
  caller.send(request('MESSAGE', 'sip:1000@example.com', caller, { callId: 'm2' }), port)
  const answer = await caller.receive(/^SIP\/2\.0/)
  expect(answer).toMatch(/^SIP\/2\.0 480 /)
  expect(answer).not.toMatch(/^Retry-After/im)
})

test('SIGHUP applies new sets and rules; a faulty file is reported and changes nothing', async () => {
  writeConfig(backend.port)
  const program = await start()
  await expectServedBy(backend, 'm1')

  const second = await SipSocket.open()
  writeConfig(second.port)
  program.kill('SIGHUP')
  await program.printed(/reloaded/)
  await expectServedBy(second, 'm2')

  writeFileSync(config, 'listen: nowhere\n')
  program.kill('SIGHUP')
  await program.printed(/reload refused.*listen: found .{1,2}nowhere/)
  await expectServedBy(second, 'm3')
  second.close()
})

test('SIGHUP opens the file of call records anew though the configuration is refused', async () => {
  writeConfig(backend.port, 'callRecords: { file: calls.jsonl }\n')
  const program = await start()
  const records = join(folder, 'calls.jsonl')
  renameSync(records, `${records}.1`)
  writeFileSync(config, 'listen: []\n')
  program.kill('SIGHUP')
  await program.printed(/reload refused/)
  while (!existsSync(records)) await new Promise((resolve) => setTimeout(resolve, 10))
})

test('a file that is written anew is applied without a signal', async () => {
  writeConfig(backend.port)
  const program = await start()
  await expectServedBy(backend, 'm1')
  const second = await SipSocket.open()
  writeConfig(second.port)
  await program.printed(/reloaded/)
  await expectServedBy(second, 'm2')
  second.close()
})

test('with --no-watch a file that is written waits for the signal', async () => {
  writeConfig(backend.port)
  const program = await start('--no-watch')
  const second = await SipSocket.open()
  writeConfig(second.port)
  // Longer than the watch would take to find it.
  await pause(1_000)
  await expectServedBy(backend, 'm1')
  program.kill('SIGHUP')
  await program.printed(/reloaded/)
  await expectServedBy(second, 'm2')
  second.close()
})

test('SIGHUP names the sections that need a restart', async () => {
  writeConfig(backend.port)
  const program = await start()
  writeConfig(backend.port, 'timers: { t1: 1s }\n')
  program.kill('SIGHUP')
  await program.printed(/needs a restart.*timers/s)
})

test('after SIGTERM a call in progress goes on to its end, new ones are refused with 503', async () => {
  writeConfig(backend.port)
  const program = await start()
  const call = await establishCall('c1')
  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)

  caller.send(request('INVITE', 'sip:1000@example.com', caller, { callId: 'c2' }), port)
  expect(await caller.receive(/^SIP\/2\.0 [2-6]/)).toMatch(/^SIP\/2\.0 503 /)

  caller.send(call.bye, port)
  const bye = await backend.receive(/^BYE/)
  backend.send(response(bye, '200 OK', backend), port)
  await caller.receive(/^SIP\/2\.0 200/)
  expect(await program.exit()).toBe(0)
})

test('after SIGTERM a request that waits for its answer gets it', async () => {
  writeConfig(backend.port)
  const program = await start()
  caller.send(request('MESSAGE', 'sip:1000@example.com', caller, { callId: 'm1' }), port)
  const message = await backend.receive(/^MESSAGE/)
  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)
  backend.send(response(message, '202 Accepted', backend), port)
  expect(await caller.receive(/^SIP\/2\.0 [2-6]/)).toMatch(/^SIP\/2\.0 202 /)
  expect(await program.exit()).toBe(0)
})

test('drain: callers are sent elsewhere by 302, peers hear 503 with Retry-After, and the limit ends calls', async () => {
  writeConfig(
    backend.port,
    'drain: { timeout: 5s, retryAfter: 7s, redirect: "sip:edge2.example.com:5062" }\n',
  )
  const program = await start()
  await establishCall('c1')
  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)
  caller.send(request('INVITE', 'sip:1000@example.com', caller, { callId: 'c2' }), port)
  const moved = await caller.receive(/^SIP\/2\.0 [2-6]/)
  expect(moved).toMatch(/^SIP\/2\.0 302 /)
  expect(moved).toMatch(/^Contact: <sip:1000@edge2\.example\.com:5062>\r$/m)
  const us = `sip:127.0.0.1:${String(port)}`
  caller.send(request('OPTIONS', us, caller, { callId: 'o1' }), port)
  const refused = await caller.receive(/^SIP\/2\.0 [2-6]/)
  expect(refused).toMatch(/^SIP\/2\.0 503 [^]*\r\nRetry-After: 7\r\n/)
  expect(await program.exit()).toBe(0)
})

test('a second SIGTERM ends it at once', async () => {
  writeConfig(backend.port)
  const program = await start()
  await establishCall('c1')
  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)
  program.kill('SIGTERM')
  expect(await program.exit(15_000)).toBe(0)
})

test('it ends on SIGTERM though nobody reads its log any more', async () => {
  writeConfig(backend.port)
  const program = launch('--set', 'log={ level: info, format: json }')
  await program.printed(/"msg":"ready"/)
  program.child.stdout?.destroy()
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
})

function writeConfig(backendPort: number, more = ''): void {
  writeFileSync(
    config,
    `listen: [udp:127.0.0.1:${String(port)}]
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${String(backendPort)}'] } }
  probe: { interval: 0 }
log: { format: pretty }
${more}`,
  )
}

function launch(...args: readonly string[]): Program {
  const program = new Program('--config', config, ...args)
  programs.push(program)
  return program
}

async function start(...args: readonly string[]): Promise<Program> {
  const program = launch(...args)
  await program.printed(/^ready /m)
  return program
}

async function expectServedBy(server: SipSocket, callId: string): Promise<void> {
  caller.send(request('MESSAGE', 'sip:1000@example.com', caller, { callId }), port)
  server.send(response(await server.receive(/^MESSAGE/), '200 OK', server), port)
  expect(await caller.receive(/^SIP\/2\.0/)).toContain(`Call-ID: ${callId}`)
}

/** INVITE, 200, ACK through the balancer; the BYE that ends it. */
async function establishCall(callId: string): Promise<{ readonly bye: string }> {
  caller.send(request('INVITE', 'sip:1000@example.com', caller, { callId }), port)
  backend.send(response(await backend.receive(/^INVITE/), '200 OK', backend), port)
  const answer = await caller.receive(/^SIP\/2\.0 200/)
  const route = /^Record-Route: *(.*)$/im.exec(answer)?.[1] ?? ''
  const target = `sip:backend@127.0.0.1:${String(backend.port)}`
  const parts = { callId, toTag: 'b1', more: [`Route: ${route}`] }
  caller.send(request('ACK', target, caller, parts), port)
  await backend.receive(/^ACK/)
  return { bye: request('BYE', target, caller, { ...parts, cseq: 2 }) }
}
