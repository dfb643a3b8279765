/** `workers: 2` as an operator meets it: signals, crashes, and dialogs that outlive them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { freePort } from '@sipwright/test/system/free-ports.js'
import { childrenOf, isAlive } from '@sipwright/test/system/process-tree.js'
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

test('it is ready when all workers are, and ends on SIGTERM with status 0', async () => {
  const program = await start()
  expect(JSON.parse((await program.printed(/^\{.*"msg":"ready".*\}$/m))[0])).toMatchObject({
    listen: [`udp:127.0.0.1:${String(port)}`],
  })
  expect(childrenOf(program.pid)).toHaveLength(2)
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
  expect(program.stderr).toBe('')
})

test('log lines carry the number of their worker', async () => {
  const program = await start()
  program.kill('SIGTERM')
  await program.exit()
  const workers = program.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { worker?: number; msg: string })
    .filter(({ msg, worker }) => msg === 'ended' && worker !== undefined)
  expect(workers.map(({ worker }) => worker).sort()).toEqual([0, 1])
})

test('a port in use is one readable fault, exit status 2', async () => {
  await start()
  const { status, stdout, stderr } = await run('--config', config)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^\S+lb\.yaml:1:\d+ listen\.0: found/)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

test('SIGHUP reaches every worker; a faulty file is reported once and changes nothing', async () => {
  const program = await start()
  const second = await SipSocket.open()
  writeConfig(second.port)
  program.kill('SIGHUP')
  await program.printed(/"msg":"reloaded"/)
  for (let n = 0; n < 12; n++) await expectServedBy(second, `m${String(n)}`)

  writeFileSync(config, 'listen: nowhere\n')
  program.kill('SIGHUP')
  await program.printed(/listen: found .*reload refused/)
  // Longer than the watch on the file takes to find the same.
  await pause(1_000)
  expect(program.stdout.match(/listen: found/g)).toHaveLength(1)
  for (let n = 0; n < 12; n++) await expectServedBy(second, `n${String(n)}`)
  second.close()
})

test('a worker that takes the place of a dead one has the configuration in force, not the file', async () => {
  const program = await start()
  writeFileSync(config, 'listen: nowhere\n')
  await killWorkers(program)
  for (let n = 0; n < 12; n++) await expectServedBy(backend, `m${String(n)}`)
})

test('requests inside dialogs route after every worker has been killed and replaced (§12.2, §16.12)', async () => {
  const program = await start()
  const calls: EstablishedCall[] = []
  // Each launch spreads Call-IDs by a seed of its own: calls until both workers have some, each by its own port.
  const ports = new Set<number>()
  while (calls.length < 6 || (ports.size < 2 && calls.length < 60)) {
    const call = await establishCall(`c${String(calls.length)}`)
    calls.push(call)
    ports.add(call.ownPort)
  }
  expect(ports.size).toBe(2)
  await killWorkers(program)
  for (const [n, call] of calls.entries()) {
    const [from, to] = n % 2 === 0 ? [caller, backend] : [backend, caller]
    if (from === caller) from.send(call.byeOfCaller, port)
    else from.send(call.byeOfCallee, call.ownPort)
    const bye = await to.receive(/^BYE/)
    // Back to where it came from: a caller's NAT knows the one port only.
    const via = /^Via: SIP\/2\.0\/UDP 127\.0\.0\.1:(\d+)/m.exec(bye)?.[1]
    expect(Number(via)).toBe(from === caller ? call.ownPort : port)
    to.send(response(bye, '200 OK', to), Number(via))
    expect(await from.receive(/^SIP\/2\.0 200/)).toContain(`Call-ID: c${String(n)}`)
  }
})

test('the retransmission, CANCEL and ACK of an INVITE meet its worker, whoever got them (§9.1, §17.2.3)', async () => {
  await start()
  for (let n = 0; n < 12; n++) {
    const callId = `x${String(n)}`
    const invite = request('INVITE', 'sip:1000@example.com', caller, { callId })
    caller.send(invite, port)
    const forwarded = await backend.receive(/^INVITE/)
    backend.send(response(forwarded, '180 Ringing', backend), viaPort(forwarded))
    await caller.receive(/^SIP\/2\.0 180/)
    caller.send(invite, port)
    await caller.receive(/^SIP\/2\.0 180/)
    caller.send(
      request('CANCEL', 'sip:1000@example.com', caller, { callId }).replace(
        `z9hG4bK${callId}CANCEL1`,
        `z9hG4bK${callId}INVITE1`,
      ),
      port,
    )
    expect(await caller.receive(/^SIP\/2\.0/)).toMatch(/^SIP\/2\.0 200 [^]*CSeq: 1 CANCEL/)
    const cancel = await backend.receive(/^CANCEL/)
    expect(viaPort(cancel)).toBe(viaPort(forwarded))
    backend.send(response(cancel, '200 OK', backend), viaPort(cancel))
    backend.send(response(forwarded, '487 Request Terminated', backend), viaPort(forwarded))
    await backend.receive(/^ACK/)
    await caller.receive(/^SIP\/2\.0 487/)
  }
})

test('after SIGTERM a call in progress goes on to its end, new ones are refused with 503', async () => {
  const program = await start()
  const call = await establishCall('c1')
  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)
  await pause(200)
  for (let n = 0; n < 6; n++) {
    const parts = { callId: `d${String(n)}` }
    caller.send(request('INVITE', 'sip:1000@example.com', caller, parts), port)
    expect(await caller.receive(/^SIP\/2\.0 [2-6]/)).toMatch(/^SIP\/2\.0 503 /)
  }
  caller.send(call.byeOfCaller, port)
  const bye = await backend.receive(/^BYE/)
  backend.send(response(bye, '200 OK', backend), viaPort(bye))
  await caller.receive(/^SIP\/2\.0 200/)
  expect(await program.exit()).toBe(0)
})

test('a second SIGTERM ends it at once', async () => {
  const program = await start()
  await establishCall('c1')
  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)
  program.kill('SIGTERM')
  expect(await program.exit(15_000)).toBe(0)
})

test('signals that reach workers too, as from a terminal or a service manager, do not end them before their calls', async () => {
  const program = await start()
  const call = await establishCall('c1')
  for (const pid of childrenOf(program.pid)) {
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2']) process.kill(pid, signal)
  }
  program.kill('SIGINT')
  await program.printed(/new calls are refused/)
  await pause(200)
  caller.send(call.byeOfCaller, port)
  const bye = await backend.receive(/^BYE/)
  backend.send(response(bye, '200 OK', backend), viaPort(bye))
  await caller.receive(/^SIP\/2\.0 200/)
  expect(await program.exit()).toBe(0)
})

test('workers do not outlive their supervisor: the port is free for the next one', async () => {
  const first = await start()
  const workers = childrenOf(first.pid)
  first.kill('SIGKILL')
  await first.exit()
  expect(workers.filter(isAlive)).toEqual([])
  const second = await start()
  await expectServedBy(backend, 'm1')
  expect(second.stderr).toBe('')
})

interface EstablishedCall {
  readonly byeOfCaller: string
  readonly byeOfCallee: string
  /** Of the worker that has the call. */
  readonly ownPort: number
}

async function start(): Promise<Program> {
  writeConfig(backend.port)
  const program = new Program('--config', config)
  programs.push(program)
  await program.printed(/"msg":"ready"/)
  return program
}

function writeConfig(backendPort: number): void {
  writeFileSync(
    config,
    `listen: [udp:127.0.0.1:${String(port)}]
workers: 2
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${String(backendPort)}'] } }
  probe: { interval: 0 }
`,
  )
}

async function expectServedBy(server: SipSocket, callId: string): Promise<void> {
  caller.send(request('MESSAGE', 'sip:1000@example.com', caller, { callId }), port)
  const message = await server.receive(/^MESSAGE/)
  server.send(response(message, '200 OK', server), viaPort(message))
  expect(await caller.receive(/^SIP\/2\.0/)).toContain(`Call-ID: ${callId}`)
}

/** INVITE, 200, ACK; what both sides know of the dialog then. */
async function establishCall(callId: string): Promise<EstablishedCall> {
  caller.send(request('INVITE', 'sip:1000@example.com', caller, { callId }), port)
  const invite = await backend.receive(/^INVITE/)
  backend.send(response(invite, '200 OK', backend), viaPort(invite))
  const answer = await caller.receive(/^SIP\/2\.0 200/)
  const routes = [...answer.matchAll(/^Record-Route: *(.*)$/gm)].map(([, value]) => value!.trim())
  const callee = `sip:backend@127.0.0.1:${String(backend.port)}`
  // The caller reverses the route set, the callee takes it as it stands (§12.1).
  const ofCaller = {
    callId,
    toTag: 'b1',
    more: routes.toReversed().map((each) => `Route: ${each}`),
  }
  const ofCallee = { callId, toTag: 'c1', more: routes.map((each) => `Route: ${each}`) }
  caller.send(request('ACK', callee, caller, ofCaller), port)
  await backend.receive(/^ACK/)
  const target = `sip:caller@127.0.0.1:${String(caller.port)}`
  return {
    byeOfCaller: request('BYE', callee, caller, { ...ofCaller, cseq: 2 }),
    byeOfCallee: request('BYE', target, backend, ofCallee),
    ownPort: viaPort(invite),
  }
}

/** Where the worker that sent this is to be answered. */
function viaPort(text: string): number {
  return Number(/^Via: SIP\/2\.0\/UDP 127\.0\.0\.1:(\d+)/m.exec(text)?.[1])
}

/** Kills one after the other, as each replacement serves. */
async function killWorkers(program: Program): Promise<void> {
  for (const pid of childrenOf(program.pid)) {
    process.kill(pid, 'SIGKILL')
    await program.printed(new RegExp(`"pid":${String(pid)},"how":"SIGKILL"[^]*was replaced`))
  }
}
