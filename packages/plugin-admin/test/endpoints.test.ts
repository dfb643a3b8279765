/** Every path of the API: what it answers, and to whom it does not. A path without a case here fails. */
import { afterEach, expect, test } from '@jest/globals'
import { endpoints } from '#src/endpoints.js'
import { type Endpoint } from '#src/http/endpoint.js'
import { scopes } from '#src/access/scope.js'
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

const cases: Readonly<Record<string, Case>> = {
  livez: { url: '/livez', bad: [] },
  readyz: { url: '/readyz', bad: [] },
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
  listAudit: {
    url: '/api/v1/audit?limit=2',
    bad: [{ url: '/api/v1/audit?limit=0' }, { url: '/api/v1/audit?before=x' }],
  },
}

let rig: Rig | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
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
    endpoint.body !== undefined
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
