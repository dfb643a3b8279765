/** The HTTP server: endpoints become routes, input is validated, whoever asks is looked at, what goes wrong is told. */
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type AddressInfo } from 'node:net'
import { listenError, type Log, SipError } from '@sipwright/framework'
import { type z } from 'zod'
import { Guard } from '../access/guard.js'
import { type Principal } from '../access/scope.js'
import { type Admin } from '../admin.js'
import { type Asset, readAssets } from './assets.js'
import { Answer, type Endpoint } from './endpoint.js'
import { type InputFault, problem, type Problem, problemOf, problemType } from './problem.js'

const bodyLimit = 65_536
/** Of a request, head and body. Milliseconds. */
const requestTimeout = 10_000
const maxConnections = 512

/** Who asks an open endpoint. */
const anybody: Principal = { name: 'anybody', scope: 'read', by: 'loopback' }

export class AdminServer {
  readonly #admin: Admin
  readonly #endpoints: readonly Endpoint[]
  readonly #assets: ReadonlyMap<string, Asset>
  readonly #guard: Guard
  readonly #log: Log
  #app: FastifyInstance | undefined = undefined

  constructor(admin: Admin, endpoints: readonly Endpoint[]) {
    const { config, keyring, sessions, host } = admin
    this.#admin = admin
    this.#endpoints = endpoints
    this.#assets = config.assets === undefined ? new Map() : readAssets(config.assets)
    this.#log = host.log
    this.#guard = new Guard({ keyring, sessions, hosts: config.hosts })
  }

  /** Resolves when it is bound. Rejects with SIPW_ERR_LISTEN; it may be tried again then. */
  async listen(): Promise<void> {
    const { address, port } = this.#admin.config
    const app = await this.#build()
    try {
      await app.listen({ host: address, port })
      this.#app = app
    } catch (cause) {
      await app.close()
      throw listenError(`admin:${formatPlace(address, port)}`, cause)
    }
  }

  /** `http://127.0.0.1:8088`; undefined: it is not bound. */
  get url(): string | undefined {
    const bound = this.#app?.server.address() as AddressInfo | null | undefined
    return bound ? `http://${formatPlace(bound.address, bound.port)}` : undefined
  }

  /** Every connection ends. */
  async close(): Promise<void> {
    await this.#app?.close()
    this.#app = undefined
  }

  async #build(): Promise<FastifyInstance> {
    // A twentieth of a second, which every worker that does not serve is spared.
    const { fastify } = await import('fastify')
    const app = fastify({
      bodyLimit,
      requestTimeout,
      forceCloseConnections: true,
      exposeHeadRoutes: false,
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_024 },
    })
    app.server.maxConnections = maxConnections
    // A form of another site can send text: JSON it cannot.
    app.removeContentTypeParser('text/plain')
    app.addHook('onRequest', (request, reply, done) => {
      void reply.headers(safeHeaders)
      this.#guard.checkOrigin(asked(request))
      done()
    })
    for (const endpoint of this.#endpoints) {
      const { mediaTypes } = endpoint
      if (mediaTypes === undefined) this.#addRoute(app, endpoint)
      else {
        // Parsers of a scope of its own: elsewhere such a body is refused.
        app.register((scope, _options, done) => {
          scope.addContentTypeParser(
            [...mediaTypes],
            { parseAs: 'string' },
            scope.getDefaultJsonParser('error', 'error'),
          )
          this.#addRoute(scope, endpoint)
          done()
        })
      }
    }
    app.setNotFoundHandler((request, reply) => this.#elsewhere(request, reply))
    app.setErrorHandler((error, request, reply) => this.#failed(error, request, reply))
    return app
  }

  #addRoute(app: FastifyInstance, endpoint: Endpoint): void {
    const { method, path } = endpoint
    const isOpen = endpoint.isOpen?.(this.#admin.config) === true
    const scope = isOpen ? undefined : endpoint.scope
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
    const principals = new WeakMap<FastifyRequest, Principal>()
    app.route({
      method,
      url,
      // Before the body is read.
      onRequest: async (request) => {
        const principal =
          scope === undefined ? anybody : await this.#guard.admit(asked(request), scope)
        principals.set(request, principal)
      },
      handler: async (request, reply) => {
        const input = validated(endpoint, request)
        const call = {
          admin: this.#admin,
          ...input,
          principal: principals.get(request) ?? anybody,
          source: request.ip,
          ifMatch: revisionIn(request.headers['if-match']),
          headers: request.headers,
        }
        const returned = await endpoint.handle(call)
        const answer = returned instanceof Answer ? returned : new Answer(returned)
        const status = answer.status ?? endpoint.status
        void reply.code(status).headers(answer.headers)
        if (status >= 400 && answer.headers['content-type'] === undefined) {
          void reply.type(problemType)
        } else if (endpoint.mediaType !== undefined) void reply.type(endpoint.mediaType)
        return reply.send(status === 204 ? undefined : answer.body)
      },
    })
  }

  /** What is no endpoint: a file of the dashboard, or a method that this path has not, or nothing. */
  #elsewhere(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = request.url.split('?', 1)[0] ?? ''
    const asset = this.#assets.get(path)
    if (asset !== undefined && (request.method === 'GET' || request.method === 'HEAD')) {
      void reply.headers({ etag: asset.etag, 'cache-control': 'no-cache' }).type(asset.type)
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send()
      return reply.send(asset.bytes)
    }
    const methods = this.#endpoints
      .filter((each) => patternOf(each.path).test(path))
      .map(({ method }) => method)
    if (methods.length === 0) return send(reply, problem(404, `there is no ${path.slice(0, 200)}`))
    const allow = [...new Set(methods)].join(', ')
    void reply.header('allow', allow)
    return send(reply, problem(405, `${path.slice(0, 200)} takes ${allow}`))
  }

  #failed(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (error instanceof InvalidInput) return send(reply, error.problem)
    const known = problemOf(error)
    if (known !== undefined) {
      if (known.status === 401) {
        void reply.header('www-authenticate', 'Bearer realm="sipwright"')
        const { authorization } = request.headers
        // Whoever shows many is soon refused before this: few lines are written.
        if (authorization !== undefined || request.method === 'POST') {
          this.#log.warn({ source: request.ip }, 'a token that nobody knows')
        }
      }
      if (known.status === 429) void reply.header('retry-after', retryAfter(known))
      return send(reply, known)
    }
    const { statusCode, message } = error as { statusCode?: unknown; message?: unknown }
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
      return send(reply, problem(statusCode, String(message)))
    }
    const { method, url } = request
    this.#log.error({ err: error, method, path: url.slice(0, 200) }, 'an admin request failed')
    return send(reply, problem(500, 'the reason stands in the log'))
  }
}

/** What a browser must not do with our answers. */
const safeHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Input that a schema refuses; told key by key. */
class InvalidInput extends SipError {
  readonly problem: Problem

  constructor(faults: readonly InputFault[]) {
    const said = faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    super('SIPW_ERR_ADMIN_INPUT', [said.join('; ')])
    this.problem = problem(400, this.message, this.code, faults)
  }
}

function validated(
  { params, query, body, validates }: Endpoint,
  request: FastifyRequest,
): { readonly params: unknown; readonly query: unknown; readonly body: unknown } {
  const faults: InputFault[] = []
  const parse = (schema: z.ZodType | undefined, given: unknown, place: string): unknown => {
    const parsed = schema?.safeParse(given)
    if (parsed === undefined || parsed.success) return parsed?.data
    for (const { path, message } of parsed.error.issues) {
      faults.push({ path: [place, ...path].join('.'), message })
    }
    return undefined
  }
  const input = {
    params: parse(params, request.params, 'path'),
    query: parse(query, request.query, 'query'),
    // Without a body fastify says null or undefined, by method.
    body: validates === true ? request.body : parse(body, request.body ?? undefined, 'body'),
  }
  if (faults.length > 0) throw new InvalidInput(faults)
  return input
}

function asked({ method, headers, ip }: FastifyRequest) {
  return { method, headers, address: ip }
}

/** `"5f3a…"` without quotes; `*`: any. RFC 9110 §13.1.1 */
function revisionIn(header: string | undefined): string | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  return header.trim().replace(/^(?:W\/)?"(.*)"$/, '$1')
}

function retryAfter({ detail }: Problem): string {
  return /(\d+) s/.exec(detail)?.[1] ?? '1'
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`)
}

function send(reply: FastifyReply, body: Problem): FastifyReply {
  return reply.code(body.status).type(problemType).send(body)
}

function formatPlace(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
