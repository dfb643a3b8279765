/** status, limits, calls, ban, top, logs, config, reload, token: for success and failure. operations.md §4.6 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTokenHash } from '@sipwright/plugin-admin'
import { folderWith, removeFolders } from '../rig.js'
import { FarEnd, request, run, runningEdge, type RunningEdge } from '../running-edge.js'

let edge: RunningEdge
let caller: FarEnd
let backend: FarEnd
let tellLine: (line: string) => void
const reloads: boolean[] = []
/** What the next attempt to run new code ends with; undefined: it does not end. */
const code = {
  attempts: 0,
  faults: [] as readonly string[],
  next: [] as readonly string[] | undefined,
}

const tokens = [
  { name: 'looker', token: 'a-token-that-may-look', scope: 'read' },
  { name: 'chief', token: 'a-token-that-may-change', scope: 'admin' },
] as const

beforeEach(async () => {
  caller = await FarEnd.open()
  backend = await FarEnd.open()
  reloads.length = 0
  edge = await runningEdge(
    { sets: { 1: { destinations: [{ uri: `sip:127.0.0.1:${backend.port}`, id: 'fs1' }] } } },
    {
      node: 'edge-7',
      tokens: [...tokens],
      configuration: () => ({ listen: ['udp:127.0.0.1:5060'] }),
      reload: ({ dryRun }) => {
        reloads.push(dryRun)
        const lines = ['set 1: fs1: weight 1 → 5']
        return Promise.resolve({ faults: [], lines, restart: ['listen'], applied: !dryRun })
      },
      code: {
        state: () => code,
        swap: () => {
          if (code.next === undefined) return
          code.attempts++
          code.faults = code.next
        },
      },
      logLines: (listener) => {
        tellLine = listener
        return () => undefined
      },
    },
  )
})

afterEach(async () => {
  await edge.app.close()
  caller.close()
  backend.close()
  removeFolders()
})

const chief = (...args: readonly string[]) => run([...args, '--token', tokens[1].token], edge.url)
const looker = (...args: readonly string[]) => run([...args, '--token', tokens[0].token], edge.url)

test('status: what runs there; no token is status 3, and so is nobody who answers', async () => {
  const { status, stdout } = await chief('status')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^node +edge-7 /)
  expect(stdout).toMatch(/^ready +yes$/m)
  expect(stdout).toContain(`listens       udp:127.0.0.1:${edge.port} (public)\n`)
  expect(JSON.parse((await chief('status', '--json')).stdout)).toMatchObject({ node: 'edge-7' })
  const without = await run(['status'], edge.url)
  expect([without.status, without.stdout]).toEqual([3, ''])
  expect(without.stderr).toMatch(/^[^\n]+\n$/)
  await edge.app.close()
  const gone = await chief('status')
  expect(gone.status).toBe(3)
  expect(gone.stderr).toMatch(/^no connection to http:[^\n]+(?:ECONNREFUSED|closed)[^\n]*\n$/)
})

test('a token comes from the command line, a file or the environment; a scope that is too small is status 3', async () => {
  const file = join(folderWith({ token: `${tokens[1].token}\n` }), 'token')
  expect(await run(['status', '--token-file', file], edge.url)).toMatchObject({ status: 0 })
  expect(await run(['status', '--token-file', `${file}.no`], edge.url)).toMatchObject({ status: 2 })
  process.env['SIPWRIGHT_TOKEN'] = tokens[0].token
  try {
    expect(await run(['status'], edge.url)).toMatchObject({ status: 0 })
    const drain = await run(['dispatcher', 'drain', 'fs1'], edge.url)
    expect(drain).toMatchObject({ status: 3, stdout: '' })
    expect(drain.stderr).toContain('needs scope operate')
  } finally {
    delete process.env['SIPWRIGHT_TOKEN']
  }
})

test('who answers, and is not sipwright, is status 3', async () => {
  const { createServer } = await import('node:http')
  const server = createServer((_request, response) => response.end('<html>'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { status, stderr } = await run(['status'], `http://127.0.0.1:${port}`)
  server.close()
  expect(status).toBe(3)
  expect(stderr).toContain('it does not answer as sipwright')
})

test('calls: listed, shown and ended; one that is up, and an unknown one, are status 1', async () => {
  caller.send(request('INVITE', '1', caller, { callId: 'ringing' }), edge.port)
  await backend.hears(/^INVITE/)
  const { stdout } = await chief('calls', 'list', '--state', 'calling', '--json')
  const [call] = (JSON.parse(stdout) as { calls: { id: string; callId: string }[] }).calls
  expect(call).toMatchObject({ callId: 'ringing', destination: 'fs1' })
  expect((await chief('calls', 'list')).stdout).toMatch(/calling +\d+ s +1\/fs1 +1 +sip:alice@/)
  expect((await chief('calls', 'show', call!.id)).stdout).toMatch(/^callId +ringing$/m)
  expect(await chief('calls', 'end', call!.id, '--reason', 'stuck')).toMatchObject({ status: 0 })
  expect(await chief('calls', 'show', '0-999')).toMatchObject({ status: 1 })
  expect(await chief('calls', 'end', '0-999')).toMatchObject({ status: 1 })
  expect(await chief('calls', 'list', '--state', 'bored')).toMatchObject({ status: 1 })
  expect(await looker('calls', 'list')).toMatchObject({ status: 3 })
})

test('ban: added, listed, lifted; what is no address is status 1, what is no time status 2', async () => {
  const added = await chief('ban', 'add', '192.0.2.7', '--for', '5m', '--reason', 'scans')
  expect(added.stdout).toMatch(/^192\.0\.2\.7: banned until 2/)
  expect((await chief('ban', 'list')).stdout).toMatch(/^192\.0\.2\.7 +5 min +chief +scans$/m)
  expect(await chief('ban', 'lift', '192.0.2.7')).toMatchObject({ status: 0 })
  expect(await chief('ban', 'lift', '192.0.2.7')).toMatchObject({
    ...{ status: 1, stderr: 'there is no ban of 192.0.2.7\n' },
  })
  expect(await chief('ban', 'add', 'nobody', '--reason', 'x')).toMatchObject({ status: 1 })
  expect(await chief('ban', 'add', '192.0.2.7', '--reason', 'x', '--for', 'x')).toMatchObject({
    status: 2,
  })
  expect(await chief('ban', 'add', '192.0.2.7')).toMatchObject({ status: 2 })
  expect((await chief('limits')).stdout).toMatch(/^banned +0$/m)
  expect(await run(['limits'], edge.url)).toMatchObject({ status: 3 })
})

test('top prints once where standard output is no terminal', async () => {
  const { status, stdout } = await chief('top')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^edge-7 [^\n]+, ready\ncalls 0 /)
  expect(stdout).toMatch(/^1\/fs1 +active +0 +- +0 +0 /m)
  expect(await chief('top', '--interval', 'often')).toMatchObject({ status: 2 })
  expect(await run(['top'], edge.url)).toMatchObject({ status: 3 })
})

test('logs: lines as they are written, the serious ones only if told; control characters do not reach the terminal', async () => {
  const following = chief('logs', '-f', '--level', 'warn')
  const line = (level: number, msg: string) => JSON.stringify({ level, time: 0, msg, to: 'fs1' })
  const telling = setInterval(() => {
    tellLine(line(30, 'started'))
    tellLine(line(40, 'down \u001b[2J'))
  }, 100)
  setTimeout(() => {
    clearInterval(telling)
    void edge.app.close()
  }, 1_500)
  const { status, stdout } = await following
  expect(status).toBe(0)
  expect(stdout).toMatch(/^00:00:00\.000 WARN {2}down \ufffd\[2J \{"to":"fs1"\}$/m)
  expect(stdout).not.toContain('started')
  expect(await chief('logs', '--level', 'loud')).toMatchObject({ status: 2 })
  expect(await run(['logs'], edge.url)).toMatchObject({ status: 3 })
})

test('config show, diff and reload; a small scope is status 3', async () => {
  expect((await chief('config', 'show')).stdout).toBe('listen:\n  - udp:127.0.0.1:5060\n')
  const lines = 'set 1: fs1: weight 1 → 5\nlisten: differs, and needs a restart\n'
  expect(await chief('config', 'diff')).toMatchObject({ status: 0, stdout: lines })
  expect(await chief('config', 'diff', '--exit-code')).toMatchObject({ status: 1 })
  expect(await chief('reload', '--reason', 'more')).toMatchObject({ status: 0, stdout: lines })
  expect(reloads).toEqual([true, true, false])
  expect(await looker('config', 'show')).toMatchObject({ status: 3 })
  expect(await looker('config', 'diff')).toMatchObject({ status: 3 })
  expect(await looker('reload')).toMatchObject({ status: 3 })
})

test('reload --code waits until new code runs, or says why it does not', async () => {
  expect(await chief('reload', '--code', '--reason', 'new routes')).toMatchObject({
    ...{ status: 0, stdout: 'new code runs in all workers\n' },
  })
  code.next = ['worker 1: status 3']
  expect(await chief('reload', '--code')).toMatchObject({
    ...{ status: 1, stderr: 'the code was not swapped: worker 1: status 3\n' },
  })
  code.next = undefined
  expect(await chief('reload', '--code', '--timeout', '300ms')).toMatchObject({ status: 1 })
  expect(await looker('reload', '--code')).toMatchObject({ status: 3 })
})

test('config validate, check, routes and schema say what is in a file; a fault is status 2 and has its line', async () => {
  const folder = folderWith({
    'lb.yaml':
      "listen: [udp:127.0.0.1:5060]\ndispatcher: { sets: { 1: { destinations: ['sip:a.example'] } } }\n",
    'bad.yaml': 'listen: [udp:127.0.0.1:5060]\nroutes: []\n',
  })
  const good = join(folder, 'lb.yaml')
  for (const verb of [['config', 'validate'], ['check']]) {
    const { status, stdout } = await run([...verb, good])
    expect(status).toBe(0)
    expect(stdout).toContain('any user, any method → set 1')
    const bad = await run([...verb, join(folder, 'bad.yaml')])
    expect(bad.status).toBe(2)
    expect(bad.stderr).toMatch(/bad\.yaml:2:/)
  }
  expect(await run(['routes', good])).toEqual({
    ...{ status: 0, stderr: '', stdout: '1. any user, any method → set 1\n   otherwise 404\n' },
  })
  expect(JSON.parse((await run(['routes', good, '--json'])).stdout)).toMatchObject({
    otherwise: 404,
  })
  expect(await run(['routes', join(folder, 'bad.yaml')])).toMatchObject({ status: 2 })
  expect(JSON.parse((await run(['schema'])).stdout)).toHaveProperty('properties.listen')
  writeFileSync(good, 'listen: [udp:127.0.0.1:5060]\n  x')
  expect(await run(['start', '--config', good])).toMatchObject({ status: 2 })
  expect(await run(['start'])).toMatchObject({ status: 2 })
  expect(await run(['demo', '--cps', 'many'])).toMatchObject({ status: 2 })
})

test('check --sip: 2xx is status 0, another answer 1, nobody 3, what is no place 2', async () => {
  backend.answers('200 OK')
  const place = `127.0.0.1:${backend.port}`
  const well = await run(['check', '--sip', place, '--json'])
  expect(well.status).toBe(0)
  expect(JSON.parse(well.stdout)).toMatchObject({ place, transport: 'udp', status: 200 })
  caller.answers('503 Service Unavailable')
  const busy = await run(['check', '--sip', `127.0.0.1:${caller.port}`])
  expect(busy.status).toBe(1)
  expect(busy.stdout).toContain('SIP/2.0 503 Service Unavailable')
  expect(await run(['check', '--sip', '127.0.0.1:9', '--timeout', '1s'])).toMatchObject({
    status: 3,
  })
  expect(await run(['check', '--sip', '127.0.0.1:9', '--transport', 'tcp'])).toMatchObject({
    status: 3,
  })
  expect(await run(['check', '--sip', 'a b'])).toMatchObject({ status: 2 })
  expect(await run(['check', '--sip', place, '--transport', 'x'])).toMatchObject({ status: 2 })
  expect(await run(['check'])).toMatchObject({ status: 2 })
})

test('token create: a token that nobody guesses, and the hash that the configuration takes', async () => {
  const { status, stdout } = await run(['token', 'create', '--name', 'bot', '--json'])
  expect(status).toBe(0)
  const { token, hash, scope } = JSON.parse(stdout) as Record<string, string>
  expect([token!.length, isTokenHash(hash!), scope]).toEqual([43, true, 'operate'])
  expect((await run(['token', 'create'])).stdout).toContain(
    "tokens:\n    - { name: ops, token: '$scrypt$",
  )
  expect(await run(['token', 'create', '--scope', 'god'])).toMatchObject({ status: 2 })
})
