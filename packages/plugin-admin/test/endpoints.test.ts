/** Every path of the API: what it answers, and to whom it does not. A path without a case here fails. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { rateLimiting } from '@sipwright/plugin-ratelimit'
import { tls } from '@sipwright/plugin-tls'
import { trace } from '@sipwright/plugin-trace'
import { endpoints } from '#src/endpoints.js'
import { type Endpoint } from '#src/http/endpoint.js'
import { scopes } from '#src/access/scope.js'
import { FarEnd, inviteFrom } from './rig.js'
import { administered, type Reply, type Rig, type RigOptions, tokens } from './rig.js'

interface Case {
  /** The path with its parameters and query. */
  readonly url: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** What the path, the query or the body must not be: the answer is 400, or 404 for a name that nothing has. */
  readonly bad: readonly {
    readonly url?: string
    readonly body?: unknown
    readonly status?: number
  }[]
  readonly options?: RigOptions
  /** Before the success. */
  readonly prepare?: (rig: Rig) => void | Promise<void>
  readonly check?: (reply: Reply, rig: Rig) => void | Promise<void>
}

const fs1 = '/api/v1/dispatcher/sets/1/destinations/fs1'

let folder: string | undefined

/** A file of a certificate, made once. */
function pem(kind: 'cert' | 'key'): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'sipwright-admin-'))
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '30', '-subj', '/CN=edge.example.com', '-addext', 'subjectAltName=DNS:edge'],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
    ])
    if (made.status !== 0) throw new Error(String(made.stderr))
  }
  return join(folder, `${kind}.pem`)
}

const flood = {
  ...{ name: 'flood', title: 'flood', summary: 'A stranger sends too much.' },
  run: () => Promise.resolve('it rains'),
}

const farEnds: FarEnd[] = []

/** A call that nobody answers, to the first destination. */
async function placeCall({ app }: Rig): Promise<void> {
  const [backend, caller] = [await FarEnd.open(), await FarEnd.open()]
  farEnds.push(backend, caller)
  const uri = `sip:127.0.0.1:${backend.port}`
  await app.resolve(Dispatcher).change(1, 'fs1', { uri })
  caller.send(inviteFrom(caller.port, 'one'), app.listeners[0]!.port)
  await backend.hears('INVITE')
}

async function ban({ ask }: Rig): Promise<void> {
  const body = { address: '2001:db8:1:2::7', reason: 'fraud', seconds: 60 }
  await ask('POST', '/api/v1/bans', { token: tokens.operate, body })
}

/** An operator's word, and the state that it brings. */
function action(name: string, state: string): Case {
  return {
    url: `${fs1}/actions/${name}`,
    body: { reason: 'kernel' },
    bad: [
      { body: { reason: 7 } },
      { body: { because: 'kernel' } },
      { url: `/api/v1/dispatcher/sets/1/destinations/fs9/actions/${name}`, status: 404 },
      { url: `/api/v1/dispatcher/sets/9/destinations/fs1/actions/${name}`, status: 404 },
    ],
    check: ({ body }) =>
      expect(body).toMatchObject({ state, admin: { reason: 'kernel', who: 'operateer' } }),
  }
}

/** The edge of the others, and it remembers messages. */
const traced: RigOptions = { also: [trace({})] }

const badTraces = (form: string): Case['bad'] => [
  { url: `/api/v1/traces/one${form}` },
  { url: `/api/v1/traces/0-99${form}`, status: 404 },
]

const cases: Readonly<Record<string, Case>> = {
  livez: { url: '/livez', bad: [] },
  readyz: { url: '/readyz', bad: [] },
  metrics: {
    url: '/metrics',
    bad: [],
    check: ({ text, headers }) => {
      expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
      expect(text).toContain('sipwright_dispatcher_destination_usable{set="1",destination="fs1"} 1')
      expect(text).toMatch(/sipwright_udp_recv_errors_total\{listener="127.0.0.1:\d+"\} 0/)
    },
  },
  status: {
    url: '/api/v1/status',
    bad: [],
    check: ({ body }) =>
      expect(body).toMatchObject({
        ...{ node: 'sipwright', ready: true, reasons: [] },
        destinations: { total: 3, usable: 3 },
        workers: { count: 1, serving: 0, answered: 1 },
        listeners: [{ transport: 'UDP', address: '127.0.0.1', zone: 'public' }],
      }),
  },
  openapi: { url: '/api/v1/openapi.json', bad: [] },
  login: {
    url: '/api/v1/session',
    body: { token: tokens.operate },
    bad: [{ body: {} }, { body: { token: 7 } }, { body: { token: 'wrong' }, status: 401 }],
    check: ({ body, headers }) => {
      expect(body).toMatchObject({ name: 'operateer', scope: 'operate', by: 'session' })
      expect(headers['set-cookie']?.[0]).toMatch(
        /^sipwright_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/,
      )
    },
  },
  whoami: {
    url: '/api/v1/session',
    bad: [],
    check: ({ body }) =>
      expect(body).toEqual({
        ...{ name: 'reader', scope: 'read', by: 'token', csrfToken: null, until: null },
      }),
  },
  logout: { url: '/api/v1/session', bad: [] },
  listSets: {
    url: '/api/v1/dispatcher/sets',
    bad: [],
    check: ({ body, headers }) => {
      const { revision, sets } = body as { revision: string; sets: readonly object[] }
      expect(headers['etag']).toBe(`"${revision}"`)
      expect(sets).toMatchObject([
        { id: '1', algorithm: 'round-robin', counts: { total: 2, usable: 2 } },
        { id: 'backup', algorithm: 'hash-call-id' },
      ])
    },
  },
  showSet: {
    url: '/api/v1/dispatcher/sets/backup',
    bad: [{ url: '/api/v1/dispatcher/sets/nowhere', status: 404 }],
  },
  showDestination: {
    url: '/api/v1/dispatcher/sets/backup/destinations/sip%3A127.0.0.1%3A5093',
    bad: [{ url: '/api/v1/dispatcher/sets/1/destinations/fs9', status: 404 }],
    check: ({ body }) =>
      expect(body).toMatchObject({
        ...{ set: 'backup', id: 'sip:127.0.0.1:5093', state: 'active', letters: 'AX' },
        ...{ load: { calls: 0, pending: 0 }, caps: { calls: 0 }, edited: false },
      }),
  },
  addDestination: {
    url: '/api/v1/dispatcher/sets/1/destinations',
    body: { uri: 'sip:127.0.0.1:5094', id: 'fs3', weight: 7, reason: 'more traffic' },
    bad: [
      { body: {} },
      { body: { uri: 'sip:127.0.0.1', wieght: 1 } },
      { body: { uri: 'http://127.0.0.1' }, status: 422 },
      { body: { uri: 'sip:127.0.0.1:5091', id: 'fs1' }, status: 409 },
    ],
    check: async ({ body }, { ask }) => {
      expect(body).toMatchObject({ id: 'fs3', weight: 7, edited: true })
      const audit = await ask('GET', '/api/v1/audit', { token: tokens.operate })
      expect(audit.body).toMatchObject({
        entries: [
          {
            ...{ who: 'adminer', by: 'token', source: '127.0.0.1', outcome: 'done' },
            ...{ action: 'destination.add', target: '1/fs3', reason: 'more traffic' },
            ...{ before: null, after: { uri: 'sip:127.0.0.1:5094', weight: 7 } },
          },
        ],
      })
    },
  },
  changeDestination: {
    url: fs1,
    body: { weight: 10, maxLoad: 20 },
    bad: [
      { body: {} },
      { body: { weight: 'heavy' } },
      { body: { id: 'other' } },
      { url: '/api/v1/dispatcher/sets/1/destinations/fs9', status: 404 },
    ],
    check: ({ body }) =>
      expect(body).toMatchObject({ weight: 10, caps: { calls: 20 }, attrs: { region: 'eu' } }),
  },
  removeDestination: {
    url: `${fs1}?reason=broken`,
    bad: [
      { url: '/api/v1/dispatcher/sets/1/destinations/fs9', status: 404 },
      { url: `${fs1}?reason=` },
    ],
    check: ({ body }) =>
      expect(body).toMatchObject({
        lines: ['set 1: - fs1 (sip:127.0.0.1:5091)'],
        callsAffected: 0,
      }),
  },
  drain: action('drain', 'drain'),
  undrain: action('undrain', 'active'),
  maintenance: action('maintenance', 'maintenance'),
  disable: action('disable', 'disabled'),
  enable: action('enable', 'active'),
  probe: {
    ...action('probe', ''),
    // Nobody is there, and it is asked once.
    options: {
      dispatcher: {
        sets: { 1: { destinations: [{ uri: 'sip:127.0.0.1:1', id: 'fs1' }] } },
        probe: { mode: 'none', timeoutMs: 200, threshold: 1 },
      },
    },
    check: ({ body }) =>
      expect(body).toMatchObject({
        findings: [{ signal: 'sip', state: 'failed' }],
        destination: { id: 'fs1', state: 'inactive' },
      }),
  },
  reloadSets: {
    url: '/api/v1/dispatcher/reload?dryRun=true',
    bad: [{ url: '/api/v1/dispatcher/reload?dryRun=perhaps' }, { body: { because: 'x' } }],
    check: ({ body }) =>
      expect(body).toMatchObject({ dryRun: true, lines: [], sets: [], warnings: [] }),
  },
  explain: {
    url: '/api/v1/dispatcher/explain?set=1&set=backup&callId=abc',
    bad: [
      { url: '/api/v1/dispatcher/explain' },
      { url: '/api/v1/dispatcher/explain?set=9', status: 404 },
      { url: '/api/v1/dispatcher/explain?set=1&uri=%3A' },
      { url: '/api/v1/dispatcher/explain?set=1&from=a%0d%0aVia:x' },
      { url: '/api/v1/dispatcher/explain?set=1&algorithm=best' },
    ],
    check: ({ body }) =>
      expect(body).toMatchObject({
        candidates: [{ id: 'fs1' }, { id: 'fs2' }, { set: 'backup' }],
        sets: [{ algorithm: 'round-robin' }, { algorithm: 'hash-call-id' }],
      }),
  },
  listEdits: {
    url: '/api/v1/dispatcher/edits',
    bad: [],
    prepare: async ({ ask }) => {
      await ask('PATCH', fs1, { token: tokens.admin, body: { weight: 3 } })
    },
    check: ({ body }) =>
      expect(body).toMatchObject({
        edits: [{ set: '1', id: 'fs1', kind: 'changed', said: { weight: 3 } }],
      }),
  },
  revertEdits: {
    url: '/api/v1/dispatcher/edits?set=1&id=fs1',
    bad: [{ url: '/api/v1/dispatcher/edits?set=1' }],
    prepare: async ({ ask }) => {
      await ask('PATCH', fs1, { token: tokens.admin, body: { weight: 3 } })
    },
    check: ({ body }) =>
      expect(body).toMatchObject({ lines: ['set 1: fs1 (sip:127.0.0.1:5091): weight 3 → 50'] }),
  },
  listSources: { url: '/api/v1/dispatcher/sources', bad: [] },
  listCalls: {
    url: '/api/v1/calls?state=calling&from=alice&limit=5',
    bad: [
      { url: '/api/v1/calls?state=asleep' },
      { url: '/api/v1/calls?limit=5000' },
      { url: '/api/v1/calls?before=yesterday' },
    ],
    prepare: placeCall,
    check: ({ body }) =>
      expect(body).toMatchObject({
        total: 1,
        calls: [
          {
            ...{ id: '0-1', callId: 'one', state: 'calling', set: '1', destination: 'fs1' },
            ...{ from: 'sip:alice@example.com', to: 'sip:bob@example.com', attempts: 1 },
            ...{ source: '127.0.0.1', answeredAt: null },
          },
        ],
      }),
  },
  showCall: {
    url: '/api/v1/calls/0-1',
    bad: [{ url: '/api/v1/calls/one' }, { url: '/api/v1/calls/0-99', status: 404 }],
    prepare: placeCall,
  },
  endCall: {
    url: '/api/v1/calls/0-1?reason=fraud',
    bad: [{ url: '/api/v1/calls/one' }, { url: '/api/v1/calls/0-99', status: 404 }],
    prepare: placeCall,
    check: async (_reply, { ask }) => {
      const { body } = await ask('GET', '/api/v1/audit', { token: tokens.operate })
      expect(body).toMatchObject({
        entries: [
          { action: 'call.end', target: '0-1', reason: 'fraud', before: { callId: 'one' } },
        ],
      })
    },
  },
  listTraces: {
    url: '/api/v1/traces?state=trying&from=alice&method=invite&callId=one&limit=5',
    bad: [
      { url: '/api/v1/traces?state=asleep' },
      { url: '/api/v1/traces?limit=5000' },
      { url: '/api/v1/traces?cursor=next' },
    ],
    options: traced,
    prepare: placeCall,
    check: ({ body }) =>
      expect(body).toMatchObject({
        next: null,
        traces: [
          {
            ...{ id: '0-1', callId: 'one', method: 'INVITE', state: 'trying', attempts: 1 },
            ...{ from: 'sip:alice@example.com', to: 'sip:bob@example.com', status: null },
            ...{ source: expect.stringMatching(/^udp:127.0.0.1:\d+$/), destination: 'fs1' },
          },
        ],
      }),
  },
  showTrace: {
    url: '/api/v1/traces/0-1',
    bad: badTraces(''),
    options: traced,
    prepare: placeCall,
    check: ({ body }) =>
      expect(body).toMatchObject({
        parties: [{ name: 'caller' }, { name: 'sipwright' }, { name: 'fs1' }],
        entries: [
          { kind: 'message', label: 'INVITE', retransmission: false },
          { kind: 'decision', what: 'handler', text: 'Balancer.request' },
          { kind: 'message', label: '100' },
          { kind: 'decision', what: 'selected', text: 'pick: round-robin fs1' },
          { kind: 'message', label: 'INVITE', cseq: '1 INVITE' },
        ],
      }),
  },
  traceAsText: {
    url: '/api/v1/traces/0-1/text',
    bad: badTraces('/text'),
    options: traced,
    prepare: placeCall,
    check: ({ text, headers }) => {
      expect(headers['content-type']).toBe('text/plain; charset=utf-8')
      expect(headers['content-disposition']).toBe('attachment; filename="trace-0-1.txt"')
      expect(text).toContain('* pick: round-robin fs1')
    },
  },
  traceAsMermaid: {
    url: '/api/v1/traces/0-1/mermaid',
    bad: badTraces('/mermaid'),
    options: traced,
    prepare: placeCall,
    check: ({ text }) => expect(text).toMatch(/^sequenceDiagram\n/),
  },
  traceAsPcap: {
    url: '/api/v1/traces/0-1/pcap',
    bad: badTraces('/pcap'),
    options: traced,
    prepare: placeCall,
    check: ({ headers }) => {
      expect(headers['content-type']).toBe('application/vnd.tcpdump.pcap')
      expect(headers['content-disposition']).toBe('attachment; filename="trace-0-1.pcap"')
      expect(Number(headers['content-length'])).toBeGreaterThan(500)
    },
  },
  history: {
    url: '/api/v1/history',
    bad: [],
    check: ({ body }) => expect(body).toEqual({ at: [], destinations: [] }),
  },
  listActions: {
    url: '/api/v1/actions',
    bad: [],
    options: { admin: { actions: [flood] } },
    check: ({ body }) =>
      expect(body).toEqual({
        actions: [{ name: 'flood', title: 'flood', summary: 'A stranger sends too much.' }],
      }),
  },
  runAction: {
    url: '/api/v1/actions/flood',
    body: { reason: 'to see it' },
    bad: [
      { url: '/api/v1/actions/rain', status: 404 },
      { body: { reason: 7 } },
      { body: { because: 'x' } },
    ],
    options: { admin: { actions: [flood] } },
    check: async ({ body }, { ask }) => {
      expect(body).toEqual({ said: 'it rains' })
      const audit = await ask('GET', '/api/v1/audit', { token: tokens.operate })
      expect(audit.body).toMatchObject({
        entries: [{ action: 'action.run', target: 'flood', reason: 'to see it', who: 'operateer' }],
      })
    },
  },
  listBans: {
    url: '/api/v1/bans',
    bad: [],
    prepare: ban,
    check: ({ body }) =>
      expect(body).toMatchObject({
        bans: [{ source: '2001:db8:1:2::/64', reason: 'fraud', by: 'operateer', times: 1 }],
      }),
  },
  addBan: {
    url: '/api/v1/bans',
    body: { address: '192.0.2.1', reason: 'fraud', seconds: 60 },
    bad: [
      { body: { address: 'attacker.example', reason: 'x', seconds: 60 } },
      { body: { address: '192.0.2.1', seconds: 60 } },
      { body: { address: '192.0.2.1', reason: 'x', seconds: -1 } },
    ],
    check: ({ body }) => expect(body).toMatchObject({ source: '192.0.2.1', by: 'operateer' }),
  },
  liftBan: {
    url: '/api/v1/bans/2001%3Adb8%3A1%3A2%3A%3A%2F64',
    bad: [{ url: '/api/v1/bans/everybody' }, { url: '/api/v1/bans/192.0.2.9', status: 404 }],
    prepare: ban,
    check: async (_reply, { ask }) => {
      const { body } = await ask('GET', '/api/v1/bans', { token: tokens.read })
      expect(body).toEqual({ bans: [] })
    },
  },
  listLimits: {
    url: '/api/v1/limits',
    bad: [],
    options: {
      plugins: [rateLimiting({ limits: [{ per: 'source', perSecond: 5 }] })],
    },
    check: ({ body }) =>
      expect(body).toMatchObject({
        limits: [{ per: 'source', exceeded: 0 }],
        counters: { banned: 0, scanners: 0 },
      }),
  },
  showConfig: {
    url: '/api/v1/config',
    bad: [],
    options: { admin: { configuration: () => ({ workers: 1 }) } },
    check: ({ body }) => expect(body).toEqual({ workers: 1 }),
  },
  reloadConfig: {
    url: '/api/v1/config/reload?dryRun=true',
    bad: [
      { url: '/api/v1/config/reload?dryRun=perhaps' },
      { body: { because: 'x' } },
      { url: '/api/v1/config/reload', body: { reason: 'refused' }, status: 422 },
    ],
    options: {
      admin: {
        reload: ({ dryRun }) =>
          Promise.resolve({
            faults: dryRun ? [] : ['lb.yaml:1:1 listen: found nothing, expected a list'],
            ...{ lines: ['set 1: + sip:10.0.0.9'], restart: ['tls'], applied: !dryRun },
          }),
      },
    },
    check: ({ body }) =>
      expect(body).toEqual({
        ...{ dryRun: true, lines: ['set 1: + sip:10.0.0.9'], restart: ['tls'], applied: false },
      }),
  },
  showCode: {
    url: '/api/v1/code',
    bad: [],
    options: { admin: { code: { state: () => ({ attempts: 0, faults: [] }), swap: () => {} } } },
    check: ({ body }) => expect(body).toEqual({ attempts: 0, at: null, faults: [] }),
  },
  reloadCode: {
    url: '/api/v1/code/reload',
    body: { reason: 'new routes' },
    bad: [{ body: { because: 'x' } }],
    options: {
      admin: {
        code: {
          state: () => ({ attempts: 2, at: 1_767_225_600_000, faults: ['worker 1: status 3'] }),
          swap: () => {},
        },
      },
    },
    check: ({ status, body }) => {
      expect(status).toBe(202)
      expect(body).toEqual({
        ...{ attempts: 2, at: '2026-01-01T00:00:00.000Z', faults: ['worker 1: status 3'] },
      })
    },
  },
  showLogLevel: {
    url: '/api/v1/log-level',
    bad: [],
    check: ({ body }) => expect(body).toEqual({ level: 'info' }),
  },
  setLogLevel: {
    url: '/api/v1/log-level',
    body: { level: 'debug' },
    bad: [{ body: { level: 'loud' } }, { body: {} }],
    check: (_reply, { app }) => expect(app.log).toMatchObject({ level: 'debug' }),
  },
  listCertificates: {
    url: '/api/v1/certificates',
    bad: [],
    options: { plugins: [tls({ certificate: pem('cert'), key: pem('key') })] },
    check: ({ body }) =>
      expect(body).toMatchObject({
        certificates: [{ name: null, subject: 'CN=edge.example.com', daysLeft: 29 }],
      }),
  },
  reloadCertificates: {
    url: '/api/v1/certificates/reload',
    bad: [],
    options: { plugins: [tls({ certificate: pem('cert'), key: pem('key') })] },
    check: ({ body }) => expect(body).toEqual({ changed: false, warnings: [] }),
  },
  events: {
    url: '/api/v1/events?topics=dispatcher,stats',
    bad: [
      { url: '/api/v1/events?topics=weather' },
      { url: '/api/v1/events?topics=logs', status: 403 },
    ],
    check: ({ text }) => expect(text).toBe('retry: 2000\n\n'),
  },
  rpc: {
    url: '/RPC',
    body: { jsonrpc: '2.0', method: 'core.version', id: 1 },
    bad: [],
    check: ({ body }) =>
      expect(body).toMatchObject({ result: expect.stringMatching(/^sipwright /), id: 1 }),
  },
  listAudit: {
    url: '/api/v1/audit?limit=2',
    bad: [{ url: '/api/v1/audit?limit=0' }, { url: '/api/v1/audit?before=x' }],
  },
}

let rig: Rig | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
  for (const end of farEnds.splice(0)) end.close()
})

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

test('every path has a case, and every case a path', () => {
  expect(Object.keys(cases).toSorted()).toEqual(endpoints.map(({ id }) => id).toSorted())
})

for (const endpoint of endpoints) {
  const { id, method, path, scope } = endpoint
  const given = cases[id]
  if (given === undefined) continue
  const { url, body, headers, bad, options, prepare, check } = given
  const start = async (): Promise<Rig> => {
    rig = await administered(options)
    await prepare?.(rig)
    return rig
  }
  const valid = { ...(body !== undefined && { body }), ...(headers !== undefined && { headers }) }
  const enough = scope === undefined ? {} : { token: tokens[scope] }

  test(`${method} ${path} answers what its description says`, async () => {
    const rig = await start()
    const reply = await rig.ask(method, url, { ...valid, ...enough })
    expect(reply).toMatchObject({ status: endpoint.status })
    expectAnswer(reply, endpoint)
    await check?.(reply, rig)
  })

  if (scope !== undefined) {
    test(`${method} ${path} without a token, and with a wrong one, is refused`, async () => {
      const rig = await start()
      expectProblem(await rig.ask(method, url, valid), 401)
      const wrong = await rig.ask(method, url, { ...valid, token: 'a-token-of-nobody' })
      expectProblem(wrong, 401)
      expect(wrong.headers['www-authenticate']).toMatch(/^Bearer/)
    })
  }

  const less = scope === undefined ? undefined : scopes[scopes.indexOf(scope) - 1]
  if (less !== undefined) {
    test(`${method} ${path} with scope ${less} is refused`, async () => {
      const rig = await start()
      const reply = await rig.ask(method, url, { ...valid, token: tokens[less] })
      expectProblem(reply, 403)
    })
  }

  for (const each of bad) {
    const what = each.body === undefined ? (each.url ?? url) : JSON.stringify(each.body)
    test(`${method} ${path} with ${what} is refused`, async () => {
      const rig = await start()
      const asked = { ...valid, ...enough, ...('body' in each && { body: each.body }) }
      expectProblem(await rig.ask(method, each.url ?? url, asked), each.status ?? 400)
    })
  }

  if (
    endpoint.params !== undefined ||
    endpoint.query !== undefined ||
    (endpoint.body !== undefined && endpoint.validates !== true)
  ) {
    test(`${method} ${path} has bad input in its case`, () => {
      expect(bad.length).toBeGreaterThan(0)
    })
  }
}

function expectAnswer({ headers, body, text }: Reply, { status, answer, mediaType }: Endpoint) {
  if (status === 204) return expect(text).toBe('')
  if (mediaType !== undefined) {
    expect(headers['content-type']).toContain(mediaType.split(';')[0])
    return
  }
  // Its own schema takes it, and knows every key of it.
  expect(answer!.parse(body)).toEqual(body)
}

function expectProblem({ status, headers, body }: Reply, expected: number): void {
  expect({ status, body }).toMatchObject({ status: expected, body: { status: expected } })
  expect(headers['content-type']).toContain('application/problem+json')
}
