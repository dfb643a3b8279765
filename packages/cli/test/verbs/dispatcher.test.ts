/** The verbs of the dispatcher against a running edge. operations.md §4.6 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { FarEnd, request, run, runningEdge, type RunningEdge } from '../running-edge.js'

let edge: RunningEdge
let caller: FarEnd
let backend: FarEnd

beforeEach(async () => {
  caller = await FarEnd.open()
  backend = await FarEnd.open()
  edge = await runningEdge({
    sets: {
      1: {
        destinations: [
          { uri: `sip:127.0.0.1:${backend.port}`, id: 'fs1', weight: 3, maxLoad: 9 },
          { uri: 'sip:127.0.0.1:9', id: 'fs2' },
        ],
      },
      b: { algorithm: 'hash-call-id', destinations: [{ uri: 'sip:127.0.0.1:9', id: 'fs2' }] },
    },
  })
})

afterEach(async () => {
  await edge.app.close()
  caller.close()
  backend.close()
})

const verb = (...args: readonly string[]) => run(['dispatcher', ...args], edge.url)

/** As the edge has it. */
function known(set: string, id: string) {
  const found = edge.app
    .resolve(Dispatcher)
    .sets()
    .find((each) => each.id === set)
  return found?.destinations.find((each) => each.id === id)
}

test('list and show: sets and destinations, for people and as JSON; an unknown one is status 1', async () => {
  const list = await verb('list')
  expect(list.status).toBe(0)
  expect(list.stdout).toMatch(/^set 1: round-robin, 2 of 2 usable\n/)
  expect(list.stdout).toMatch(/^fs1 +active +\d+ s +0\/9 +3 +0 +- +sip:127/m)
  expect(list.stdout).not.toContain('\u001b')
  const json = await verb('list', '1', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    sets: [{ id: '1', destinations: [{ id: 'fs1' }, {}] }],
  })
  expect(await verb('list', 'none')).toMatchObject({
    status: 1,
    stderr: 'no destination set none\n',
  })
  expect((await verb('show', 'fs1')).stdout).toMatch(/^destination +1\/fs1\n/)
  expect(JSON.parse((await verb('show', 'fs1', '--json')).stdout)).toMatchObject({ id: 'fs1' })
  expect(await verb('show', 'fs9')).toEqual({
    status: 1,
    stdout: '',
    stderr: 'no destination is called fs9\n',
  })
})

test('a name that several sets have is no guess: status 2, and nothing is done', async () => {
  const { status, stderr } = await verb('drain', 'fs2')
  expect([status, stderr]).toEqual([
    2,
    'fs2: found 1/fs2, b/fs2, expected one of them, --set or --every-set\n',
  ])
  expect(known('1', 'fs2')?.state.admin).toBe('ready')
  expect(await verb('drain', 'b/fs2')).toMatchObject({ status: 0 })
  expect(await verb('disable', 'fs2', '--set', '1')).toMatchObject({ status: 0 })
  expect([known('1', 'fs2')?.state.admin, known('b', 'fs2')?.state.admin]).toEqual([
    'disabled',
    'drain',
  ])
  const both = await verb('enable', 'fs2', '--every-set')
  expect(both.stdout).toBe('1/fs2: is enabled\nb/fs2: is enabled\n')
})

test.each([
  ['drain', 'drain'],
  ['maintenance', 'maintenance'],
  ['disable', 'disabled'],
])(
  '%s and its way back, with a reason; an unknown destination is status 1',
  async (word, state) => {
    expect(await verb(word, 'fs1', '--reason', 'kernel')).toMatchObject({ status: 0, stderr: '' })
    expect(known('1', 'fs1')?.state.adminWord).toMatchObject({ state, reason: 'kernel' })
    expect(await verb(word === 'drain' ? 'undrain' : 'enable', 'fs1')).toMatchObject({ status: 0 })
    expect(known('1', 'fs1')?.state.admin).toBe('ready')
    expect(await verb(word, 'nobody')).toMatchObject({ status: 1 })
  },
)

test('add, weight, edits, remove; what the edge refuses is its own words and status 1', async () => {
  const added = await verb(
    'add',
    '1',
    'sip:127.0.0.1:10',
    '--id',
    'fs3',
    '--weight',
    '5',
    '--attr',
    'a=b',
    'c=d',
  )
  expect(added).toMatchObject({ status: 0, stdout: '1/fs3: added, active\n' })
  expect(known('1', 'fs3')).toMatchObject({ weight: 5 })
  expect(Object.fromEntries(known('1', 'fs3')!.attrs)).toMatchObject({ a: 'b', c: 'd' })
  const again = await verb('add', '1', 'sip:127.0.0.1:10', '--id', 'fs3')
  expect(again.status).toBe(1)
  expect(again.stderr).toMatch(/^[^\n]+fs3[^\n]*\n$/)
  expect(await verb('add', '1', 'sip:127.0.0.1:11', '--attr', 'x')).toMatchObject({ status: 2 })
  expect(await verb('weight', 'fs3', '8')).toMatchObject({ stdout: '1/fs3: weight 5 → 8\n' })
  expect(await verb('weight', 'fs3', 'many')).toMatchObject({ status: 2 })
  expect((await verb('edits')).stdout).toMatch(/^1 +fs3 +added/m)
  expect(await verb('remove', 'fs3')).toMatchObject({
    ...{ status: 0, stdout: '1/fs3: removed; 0 calls of it go on\n' },
  })
  expect(known('1', 'fs3')).toBeUndefined()
  expect(await verb('remove', 'fs3')).toMatchObject({ status: 1 })
})

test('probe: status 0 if it lives, 1 if not; reload says what differs', async () => {
  backend.answers('200 OK')
  expect(await verb('probe', 'fs1')).toMatchObject({ status: 0 })
  const dead = await verb('probe', '1/fs2')
  expect(dead.status).toBe(1)
  expect(dead.stdout).toMatch(/^1\/fs2: sip failed /)
  expect(await verb('probe', 'nobody')).toMatchObject({ status: 1 })
  expect(await verb('reload', '--dry-run')).toMatchObject({
    status: 0,
    stdout: 'nothing would change\n',
  })
  expect(JSON.parse((await verb('reload', '--json')).stdout)).toMatchObject({
    dryRun: false,
    lines: [],
  })
})

test('explain: the order and why the others are out; nobody left is status 1, no set is status 2', async () => {
  await verb('drain', 'fs1', '--reason', 'kernel')
  const { status, stdout } = await verb('explain', '--set', '1', '--call-id', 'x')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^1\. 1 fs2 .*\n– {2}1 fs1 .*: set to drain/m)
  await verb('drain', '1/fs2')
  expect(await verb('explain', '--set', '1')).toMatchObject({ status: 1 })
  expect(await verb('explain')).toMatchObject({ status: 2 })
  expect(await verb('explain', '--set', '1', '--from', 'nonsense')).toMatchObject({ status: 1 })
})

test('drain --wait returns when the last call of the destination has ended, and not before', async () => {
  backend.answers('200 OK')
  await verb('disable', '1/fs2')
  for (const callId of ['one', 'two']) {
    caller.send(request('INVITE', '1', caller, { callId }), edge.port)
    await caller.hears(new RegExp(`^SIP/2\\.0 200[^]*Call-ID: ${callId}`))
  }
  const order: string[] = []
  const waiting = verb('drain', 'fs1', '--wait').then((ran) => {
    order.push('returned')
    return ran
  })
  for (const callId of ['one', 'two']) {
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(order).not.toContain('returned')
    const answer = await caller.hears(
      new RegExp(`^SIP/2\\.0 200[^]*Call-ID: ${callId}[^]*CSeq: 1 INVITE`),
    )
    const route = /^Record-Route: (.*)$/m.exec(answer)![1]!.trim()
    order.push(callId)
    const bye = request('BYE', '1', caller, {
      callId,
      cseq: 2,
      toTag: 'b1',
      more: [`Route: ${route}`],
    })
    caller.send(bye.replace('sip:1@example.com', `sip:bob@127.0.0.1:${backend.port}`), edge.port)
    await caller.hears(new RegExp(`^SIP/2\\.0 200[^]*Call-ID: ${callId}[^]*CSeq: 2 BYE`))
  }
  const { status, stdout, stderr } = await waiting
  expect(order).toEqual(['one', 'two', 'returned'])
  expect(status).toBe(0)
  expect(stdout).toBe('1/fs1: drained, 2 calls in progress\n1/fs1: no calls\n')
  expect(stderr).toMatch(/^waiting for 2 calls\n/)
  expect(known('1', 'fs1')?.state.admin).toBe('drain')
})

test('drain --wait that takes too long is status 1; the destination stays drained', async () => {
  backend.answers('200 OK')
  await verb('disable', '1/fs2')
  caller.send(request('INVITE', '1', caller, { callId: 'one' }), edge.port)
  await caller.hears(/^SIP\/2\.0 200/)
  const late = await verb('drain', 'fs1', '--wait', '--timeout', '200ms')
  expect(late.status).toBe(1)
  expect(late.stderr).toMatch(/^not in time: 1 calls are left; what was drained stays so$/m)
  expect(known('1', 'fs1')?.state.admin).toBe('drain')
  expect(await verb('drain', 'fs1', '--wait', '--timeout', 'soon')).toMatchObject({ status: 2 })
})
