/**
 * Every command of the JSON-RPC door: what it answers, and to whom it does not. The expected answers are those that Kamailio 5.6.3
 * gave to the same questions. A command without a case here fails.
 */
import { afterEach, expect, test } from '@jest/globals'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { scopes } from '#src/access/scope.js'
import { rpcMethods } from '#src/rpc/methods.js'
import { administered, FarEnd, inviteFrom, type Rig, tokens } from '../rig.js'

interface Case {
  readonly params?: readonly unknown[]
  readonly result: unknown
  readonly options?: Parameters<typeof administered>[0]
  readonly prepare?: (rig: Rig) => void | Promise<void>
  readonly check?: (rig: Rig) => void | Promise<void>
  /** Parameters that are refused, and how. */
  readonly bad?: readonly (readonly [params: readonly unknown[], code: number, message: unknown])[]
}

const first = 'sip:127.0.0.1:25061'
const second = 'sip:127.0.0.1:25062'

/** What `1 sip:127.0.0.1:25061 0 10 weight=50;duid=fs1;maxload=10` and `1 sip:127.0.0.1:25062 8 0` say. */
const sets = {
  sets: {
    1: {
      destinations: [
        { uri: first, priority: 10, attrs: { weight: '50', duid: 'fs1', maxload: '10' } },
        { uri: second, flags: 8 },
      ],
    },
  },
  probe: { mode: 'flagged' as const, intervalMs: 0 },
}

const latency = { AVG: 0, STD: 0, EST: 0, MAX: 0, TIMEOUT: 0 }
const invalid = 'Invalid Parameters'

const cases: Readonly<Record<string, Case>> = {
  'core.echo': { params: ['a', 1], result: ['a', '1'] },
  'core.uptime': {
    result: {
      now: expect.stringMatching(/^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/),
      up_since: expect.stringMatching(/^[A-Z][a-z]{2} /),
      uptime: 0,
    },
  },
  'core.version': { result: expect.stringMatching(/^sipwright \d+\.\d+\.\d+ \(\w+\/\w+\)$/) },
  'dispatcher.list': {
    result: {
      NRSETS: 1,
      RECORDS: [
        {
          SET: {
            ID: 1,
            TARGETS: [
              {
                DEST: {
                  URI: first,
                  FLAGS: 'AX',
                  PRIORITY: 10,
                  ATTRS: {
                    BODY: 'weight=50;duid=fs1;maxload=10',
                    DUID: 'fs1',
                    MAXLOAD: 10,
                    WEIGHT: 50,
                    RWEIGHT: 0,
                    SOCKET: null,
                    SOCKNAME: null,
                    OBPROXY: null,
                  },
                  LATENCY: latency,
                },
              },
              { DEST: { URI: second, FLAGS: 'AP', PRIORITY: 0, LATENCY: latency } },
            ],
          },
        },
      ],
    },
  },
  'dispatcher.reload': { result: 'Ok. Dispatcher successfully reloaded.' },
  'dispatcher.set_state': {
    params: ['ip', 1, first],
    result: 'Ok. Dispatcher state updated.',
    check: ({ app }) => expect(lettersOf(app.resolve(Dispatcher))).toEqual(['IX', 'AP']),
    bad: [
      [['zz', 1, first], 500, 'Unknown State Value'],
      [['ip', 9, first], 500, 'State Update Failed'],
      [['ip', 1, 'sip:127.0.0.1:1'], 500, 'State Update Failed'],
      [['ip'], 500, invalid],
    ],
  },
  'dispatcher.add': {
    params: [3, 'sip:127.0.0.1:25070', 8, 4, 'weight=3'],
    result: 'Ok. Dispatcher destination added.',
    check: async (rig) => {
      const { body } = await rpc(rig, 'dispatcher.list', [])
      expect(body).toMatchObject({
        result: {
          NRSETS: 2,
          RECORDS: [
            {},
            {
              SET: {
                ID: 3,
                TARGETS: [
                  {
                    DEST: {
                      URI: 'sip:127.0.0.1:25070',
                      FLAGS: 'AP',
                      PRIORITY: 4,
                      ATTRS: { BODY: 'weight=3', DUID: null, MAXLOAD: 0, WEIGHT: 3, RWEIGHT: 0 },
                    },
                  },
                ],
              },
            },
          ],
        },
      })
    },
    bad: [
      [[3], 500, invalid],
      [[3, 'sip:127.0.0.1', 'many'], 500, invalid],
      [[1, second], 500, expect.stringMatching(/^Adding dispatcher dst failed: /)],
    ],
  },
  'dispatcher.remove': {
    params: [1, second],
    result: 'Ok. Dispatcher destination removed.',
    check: ({ app }) => expect(lettersOf(app.resolve(Dispatcher))).toEqual(['AX']),
    bad: [[[1], 500, invalid]],
  },
  'dispatcher.ping_active': {
    params: [0],
    result: { NewPingState: 0, OldPingState: 1 },
    check: async (rig) => {
      expect(rig.app.resolve(Dispatcher).probing).toBe(false)
      const { body } = await rpc(rig, 'dispatcher.ping_active', [])
      expect(body).toMatchObject({ result: { OldPingState: 0 } })
    },
    bad: [[['perhaps'], 500, invalid]],
  },
  'dispatcher.hash': {
    params: [4, 'abc', 'def'],
    result: { hashid: 14047601, slot: 1 },
    check: async (rig) => {
      const { body } = await rpc(rig, 'dispatcher.hash', [4, 'abc'])
      expect(body).toMatchObject({ result: { hashid: 7167810, slot: 2 } })
    },
    bad: [
      [[], 500, invalid],
      [[0, 'abc'], 500, invalid],
    ],
  },
  'dlg.list': {
    result: [
      {
        ...{ h_entry: 0, h_id: 1, 'call-id': 'kam1', state: 1, start_ts: 0, end_ts: 0 },
        ...{ from_uri: 'sip:alice@example.com', to_uri: 'sip:bob@example.com', duration: 0 },
        init_ts: expect.any(Number),
        caller: { tag: '', contact: '', cseq: '', route_set: '', socket: '' },
        callee: { tag: '', contact: '', cseq: '', route_set: '', socket: '' },
        profiles: [],
        variables: [{ set: '1' }, { destination: 'fs1' }],
      },
    ],
    prepare: placeCall,
  },
  'dlg.stats_active': {
    result: { starting: 1, connecting: 0, answering: 0, ongoing: 0, all: 1 },
    prepare: placeCall,
  },
  'stats.get_statistics': {
    params: ['dialog:', 'rcv_requests_invite', 'nope'],
    result: [
      'dialog:active_dialogs = 0',
      'dialog:early_dialogs = 1',
      'dialog:expired_dialogs = 0',
      'dialog:processed_dialogs = 0',
      'core:rcv_requests_invite = 1',
    ],
    prepare: placeCall,
    check: async (rig) => {
      const { body } = await rpc(rig, 'stats.get_statistics', ['all'])
      const { result } = body as { result: readonly string[] }
      expect(result).toContain('core:fwd_requests = 1')
    },
    bad: [[[], 400, 'Please provide which stats to retrieve']],
  },
  'stats.fetch': {
    params: ['core:rcv_requests'],
    result: { 'core.rcv_requests': '1' },
    prepare: placeCall,
    bad: [[[], 400, 'Please provide which stats to retrieve']],
  },
  'system.listMethods': { result: expect.arrayContaining(['core.version', 'dlg.list']) },
}

const farEnds: FarEnd[] = []
let rig: Rig | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
  for (const end of farEnds.splice(0)) end.close()
})

test('every command has a case, and every case a command', () => {
  expect(Object.keys(cases).toSorted()).toEqual([...rpcMethods.keys()].toSorted())
})

for (const [name, { scope }] of rpcMethods) {
  const given = cases[name]
  if (given === undefined) continue
  const { params = [], result, prepare, check, bad = [] } = given
  const start = async (): Promise<Rig> => {
    rig = await administered({ dispatcher: sets })
    await prepare?.(rig)
    return rig
  }

  test(`${name} answers as Kamailio does`, async () => {
    const rig = await start()
    const reply = await rpc(rig, name, params, tokens[scope])
    expect(reply).toMatchObject({ status: 200 })
    expect(reply.body).toEqual({ jsonrpc: '2.0', result, id: 'a' })
    await check?.(rig)
  })

  test(`${name} without a token is refused`, async () => {
    const rig = await start()
    const body = { jsonrpc: '2.0', method: name, params, id: 1 }
    expect((await rig.ask('POST', '/RPC', { body })).status).toBe(401)
  })

  const less = scopes[scopes.indexOf(scope) - 1]
  if (less !== undefined) {
    test(`${name} with scope ${less} is refused, and changes nothing`, async () => {
      const rig = await start()
      const before = lettersOf(rig.app.resolve(Dispatcher))
      const { status, body } = await rpc(rig, name, params, tokens[less])
      const message = `${name} needs scope ${scope}`
      expect({ status, body }).toEqual({
        status: 403,
        body: { jsonrpc: '2.0', error: { code: 403, message }, id: 'a' },
      })
      expect(lettersOf(rig.app.resolve(Dispatcher))).toEqual(before)
    })
  }

  for (const [wrong, code, message] of bad) {
    test(`${name} ${JSON.stringify(wrong)} is refused as Kamailio does: ${code}`, async () => {
      const rig = await start()
      const { status, body } = await rpc(rig, name, wrong)
      expect({ status, body }).toEqual({
        status: code,
        body: { jsonrpc: '2.0', error: { code, message }, id: 'a' },
      })
    })
  }
}

test('short lists have no attributes; a set may have a name; letters of the operator show', async () => {
  rig = await administered()
  const { ask } = rig
  await ask('POST', '/api/v1/dispatcher/sets/1/destinations/fs2/actions/disable', {
    token: tokens.operate,
  })
  const { body } = await rpc(rig, 'dispatcher.list', ['short'])
  expect(JSON.stringify(body)).not.toContain('ATTRS')
  expect(body).toMatchObject({
    result: {
      NRSETS: 2,
      RECORDS: [
        { SET: { ID: 1, TARGETS: [{}, { DEST: { FLAGS: 'DX' } }] } },
        { SET: { ID: 'backup' } },
      ],
    },
  })
  const full = await rpc(rig, 'dispatcher.list', [])
  expect(full.body).toMatchObject({
    result: {
      RECORDS: [
        {
          SET: {
            TARGETS: [
              {
                DEST: { ATTRS: { BODY: 'region=eu;duid=fs1;weight=50;maxload=200', MAXLOAD: 200 } },
              },
              {},
            ],
          },
        },
        {},
      ],
    },
  })
})

test('who was disabled is active again by a, and all of a set by "all"', async () => {
  rig = await administered({ dispatcher: sets })
  const { app } = rig
  await rpc(rig, 'dispatcher.set_state', ['dx', 1, 'all'])
  expect(lettersOf(app.resolve(Dispatcher))).toEqual(['DX', 'DP'])
  await rpc(rig, 'dispatcher.set_state', ['ap', 1, 'all'])
  expect(lettersOf(app.resolve(Dispatcher))).toEqual(['AX', 'AP'])
})

test('what is no request is told so, what is unknown as Kamailio tells it, a batch in its order', async () => {
  rig = await administered()
  const { ask } = rig
  const token = tokens.read
  const unknown = await rpc(rig, 'no.such', [])
  expect(unknown).toMatchObject({
    status: 500,
    body: { error: { code: 500, message: 'Method Not Found' }, id: 'a' },
  })
  for (const body of [7, {}, { method: 'core.version', id: 3 }, []]) {
    expect(await ask('POST', '/RPC', { token, body })).toMatchObject({
      status: 400,
      body: { jsonrpc: '2.0', error: { code: -32600, message: 'Invalid Request' }, id: null },
    })
  }
  expect((await ask('POST', '/RPC', { token, raw: '{"jsonrpc":' })).status).toBe(400)
  const echo = (id: number) => ({ jsonrpc: '2.0', method: 'core.echo', params: [id], id })
  const batch = await ask('POST', '/RPC', { token, body: [echo(1), { id: 9 }, echo(2)] })
  expect(batch.body).toMatchObject([
    { result: ['1'], id: 1 },
    { error: {} },
    { result: ['2'], id: 2 },
  ])
  const many = await ask('POST', '/RPC', {
    token,
    body: Array.from({ length: 51 }, (_, n) => echo(n)),
  })
  expect(many.status).toBe(400)
})

test('what curl -d sends is understood here, and nowhere else', async () => {
  rig = await administered()
  const { ask } = rig
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const raw = '{"jsonrpc":"2.0","method":"core.echo","params":["x"]}'
  const reply = await ask('POST', '/RPC', { token: tokens.read, raw, headers })
  expect(reply.body).toEqual({ jsonrpc: '2.0', result: ['x'] })
  const elsewhere = await ask('POST', '/api/v1/session', { raw: '{"token":"x"}', headers })
  expect(elsewhere.status).toBe(415)
  const foreign = { ...headers, origin: 'https://attacker.example' }
  expect((await ask('POST', '/RPC', { raw, headers: foreign })).status).toBe(403)
})

function rpc(rig: Rig, method: string, params: readonly unknown[], token: string = tokens.admin) {
  return rig.ask('POST', '/RPC', { token, body: { jsonrpc: '2.0', method, params, id: 'a' } })
}

function lettersOf(dispatcher: Dispatcher): readonly string[] {
  return dispatcher.sets().flatMap(({ destinations }) => destinations.map(({ letters }) => letters))
}

async function placeCall({ app }: Rig): Promise<void> {
  const [backend, caller] = [await FarEnd.open(), await FarEnd.open()]
  farEnds.push(backend, caller)
  await app.resolve(Dispatcher).change(1, first, { uri: `sip:127.0.0.1:${backend.port}` })
  caller.send(inviteFrom(caller.port, 'kam1'), app.listeners[0]!.port)
  await backend.hears('INVITE')
}
