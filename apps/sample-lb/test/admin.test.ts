/** The section `admin` as an operator meets it: one process and two, reloads, draining. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { freePort } from '@sipwright/test/system/free-ports.js'
import { childrenOf } from '@sipwright/test/system/process-tree.js'
import { pause, Program, request, response, run, SipSocket } from './process.js'

jest.setTimeout(60_000)

let folder: string
let config: string
let sip: number
let http: number
let caller: SipSocket
let backend: SipSocket
const programs: Program[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sample-lb-'))
  config = join(folder, 'lb.yaml')
  caller = await SipSocket.open()
  backend = await SipSocket.open()
  sip = await freePort()
  http = await freePort()
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

const api = '/api/v1/dispatcher'
const fs1 = `${api}/sets/1/destinations/fs1`

test('a call is seen, its backend drained; the process ends with its last call and is not ready meanwhile', async () => {
  const program = await start(1)
  caller.send(request('INVITE', 'sip:1000@example.com', caller, { callId: 'seen' }), sip)
  const invite = await backend.receive(/^INVITE/)
  backend.send(response(invite, '200 OK', backend), sip)
  const answer = await caller.receive(/^SIP\/2\.0 200/)
  expect(await ask('GET', fs1)).toMatchObject({ load: { calls: 1 }, state: 'active' })
  expect(await ask('GET', '/api/v1/calls')).toMatchObject({
    calls: [{ callId: 'seen', state: 'up', destination: 'fs1', source: '127.0.0.1' }],
  })
  await ask('POST', `${fs1}/actions/drain`, { reason: 'kernel' })
  expect(await ask('GET', `${api}/explain?set=1`)).toMatchObject({
    candidates: [{ id: 'fs2' }],
    excluded: [{ id: 'fs1', why: 'set to drain' }],
  })
  expect(await ask('GET', '/readyz')).toEqual({ status: 'ready' })

  program.kill('SIGTERM')
  await program.printed(/new calls are refused/)
  expect(await ask('GET', '/readyz')).toMatchObject({
    status: 503,
    detail: 'draining: 1 calls in progress',
  })
  expect(await ask('GET', '/livez')).toEqual({ status: 'ok' })
  const routes = [...answer.matchAll(/^Record-Route: *(.*)$/gm)].map(([, value]) => value!.trim())
  const more = routes.toReversed().map((each) => `Route: ${each}`)
  const callee = `sip:backend@127.0.0.1:${String(backend.port)}`
  caller.send(request('BYE', callee, caller, { callId: 'seen', cseq: 2, toTag: 'b1', more }), sip)
  backend.send(response(await backend.receive(/^BYE/), '200 OK', backend), sip)
  expect(await program.exit()).toBe(0)
})

test.each([1, 2])(
  '%i workers: the file is compared, applied, or refused with every fault',
  async (workers) => {
    // Not before the operator says so.
    await start(workers, '--no-watch')
    const reload = (dryRun: boolean) =>
      ask('POST', `/api/v1/config/reload?dryRun=${String(dryRun)}`)
    expect(await reload(true)).toEqual({ dryRun: true, lines: [], restart: [], applied: false })
    writeConfig(workers, { weight: 7, timers: 'timers: { t1: 400ms }' })
    const lines = ['set 1: fs1 (sip:127.0.0.1:' + String(backend.port) + '): weight default → 7']
    expect(await reload(true)).toEqual({ dryRun: true, lines, restart: ['timers'], applied: false })
    expect(await ask('GET', fs1)).toMatchObject({ weight: 1 })
    expect(await reload(false)).toMatchObject({ lines, applied: workers === 1 })
    await until(async () => ((await ask('GET', fs1)) as { weight: number }).weight === 7)
    expect(await ask('GET', '/api/v1/config')).toMatchObject({ workers })

    writeConfig(workers, { weight: 7, timers: 'tmiers: {}' })
    expect(await reload(false)).toMatchObject({
      status: 422,
      errors: [{ message: expect.stringContaining('tmiers: found an unknown key') }],
    })
    expect(await ask('GET', fs1)).toMatchObject({ weight: 7 })
  },
)

test('what the first worker is asked before the last one serves is done when all do', async () => {
  const program = launch(2)
  await until(() => childrenOf(program.pid).filter(isWorker).length === 2)
  const last = childrenOf(program.pid)[1]!
  process.kill(last, 'SIGSTOP')
  await program.printed(/administration is served/)
  await ask('POST', '/api/v1/config/reload')
  await ask('POST', '/api/v1/code/reload')
  await pause(500)
  process.kill(last, 'SIGCONT')
  await program.printed(/"msg":"ready"[^]*"msg":"reloaded"[^]*"msg":"the code was swapped"/)
})

test('two workers: what operators say survives the worker that served them', async () => {
  const program = await start(2)
  await ask('POST', `${fs1}/actions/drain`, { reason: 'kernel' })
  const { workers } = (await ask('GET', '/api/v1/status')) as Status
  expect(workers).toMatchObject({ count: 2, answered: 2 })
  const pids = childrenOf(program.pid)
  process.kill(pids[workers.serving]!, 'SIGKILL')
  const { serving } = workers
  await until(async () => (await statusNow())?.workers.serving === 1 - serving)
  await until(async () => (await statusNow())?.workers.answered === 2)
  expect(await ask('GET', fs1)).toMatchObject({ state: 'drain', admin: { reason: 'kernel' } })
  const metrics = await text('/metrics')
  expect(metrics).toContain(
    'sipwright_dispatcher_destination_state{set="1",destination="fs1",state="drain"} 1',
  )
  expect(metrics).toMatch(/sipwright_process_resident_bytes\{worker="0"\} \d+/)
  expect(metrics).toMatch(/sipwright_process_resident_bytes\{worker="1"\} \d+/)
})

test('a port that is taken, and an address that others reach without a token, are faults of the file', async () => {
  await start(1)
  sip = await freePort()
  writeConfig(1)
  const taken = await run('--config', config)
  expect(taken.status).toBe(2)
  expect(taken.stderr).toMatch(/^.*lb\.yaml:\d+:\d+ admin\.listen: found .*EADDRINUSE/)
  writeConfig(1, { listen: '0.0.0.0' })
  const open = await run('--config', config, '--check')
  expect(open.status).toBe(2)
  expect(open.stderr).toContain('expected a loopback address, or tokens')
})

async function start(workers: number, ...more: readonly string[]): Promise<Program> {
  const program = launch(workers, ...more)
  await program.printed(/administration is served/)
  return program
}

function launch(workers: number, ...more: readonly string[]): Program {
  writeConfig(workers)
  const program = new Program('--config', config, ...more)
  programs.push(program)
  return program
}

function writeConfig(
  workers: number,
  {
    weight,
    timers = '',
    listen = '127.0.0.1',
  }: { weight?: number; timers?: string; listen?: string } = {},
): void {
  const share = weight === undefined ? '' : `, weight: ${String(weight)}`
  writeFileSync(
    config,
    `listen: [udp:127.0.0.1:${String(sip)}]
workers: ${String(workers)}
dispatcher:
  sets:
    1:
      algorithm: priority
      destinations:
        - { uri: 'sip:127.0.0.1:${String(backend.port)}', id: fs1, priority: 1${share} }
        - { uri: 'sip:127.0.0.1:9', id: fs2 }
  probe: { interval: 0 }
admin: { listen: '${listen}:${String(http)}' }
${timers}
`,
  )
}

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  return JSON.parse(await text(path, method, body)) as unknown
}

/** On a connection of its own: the last one may be a process's that has ended. */
function text(path: string, method = 'GET', body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const options = { host: '127.0.0.1', port: http, path, method, headers, agent: false }
    const sent = httpRequest(options, (answer) => {
      let received = ''
      answer.on('data', (chunk: Buffer) => (received += chunk.toString()))
      answer.on('end', () => resolve(received))
      answer.on('error', reject)
    })
    sent.on('error', ({ message }) => {
      const printed = programs.map(({ stdout, stderr }) => stdout + stderr)
      reject(new Error([`${method} ${path}: ${message}`, ...printed].join('\n')))
    })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20)
}

interface Status {
  readonly workers: { readonly serving: number; readonly answered: number }
}

/** Undefined while nobody serves. */
async function statusNow(): Promise<Status | undefined> {
  try {
    return (await ask('GET', '/api/v1/status')) as Status
  } catch {
    return undefined
  }
}

/** Not yet while it is what started it. */
function isWorker(pid: number): boolean {
  return readFileSync(`/proc/${String(pid)}/cmdline`, 'latin1').includes('worker.js')
}
