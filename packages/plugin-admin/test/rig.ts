/** An edge with its administration, on real sockets of this machine. */
import { randomBytes, scryptSync } from 'node:crypto'
import { request } from 'node:http'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  type App,
  createApp,
  type FailureContext,
  type Handled,
  inject,
  type Log,
  OnFailure,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Dispatcher, dispatcher, type DispatcherInput } from '@sipwright/plugin-dispatcher'
import { rateLimiting } from '@sipwright/plugin-ratelimit'
import { type AdminInput } from '#src/config.js'
import { AdminServer } from '#src/http/server.js'
import { admin } from '#src/plugin.js'

/** As quick as scrypt may be: each test starts an edge of its own. */
function quickHash(token: string): string {
  const salt = randomBytes(16)
  const hash = scryptSync(token, salt, 32, { N: 1_024, r: 1, p: 1 })
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
  return `$scrypt$ln=10,r=1,p=1$${base64(salt)}$${base64(hash)}`
}

/** By scope. */
export const tokens = {
  read: 'a-token-that-may-look',
  operate: 'a-token-that-may-operate',
  admin: 'a-token-that-may-change',
} as const

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** Parsed, if it is JSON. */
  readonly body: unknown
}

export interface Ask {
  readonly token?: string
  readonly body?: unknown
  /** Instead of a body: as it is. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Line {
  readonly level: string
  readonly fields: object
  readonly text: string
}

export interface Rig {
  readonly app: App
  readonly url: string
  readonly log: readonly Line[]
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Reply>
  close(): Promise<void>
}

export const sets: DispatcherInput = {
  sets: {
    1: {
      destinations: [
        { uri: 'sip:127.0.0.1:5091', id: 'fs1', weight: 50, maxLoad: 200, attrs: { region: 'eu' } },
        { uri: 'sip:127.0.0.1:5092', id: 'fs2' },
      ],
    },
    backup: { algorithm: 'hash-call-id', destinations: ['sip:127.0.0.1:5093'] },
  },
  probe: { mode: 'none' },
}

export interface RigOptions {
  readonly admin?: AdminInput
  readonly dispatcher?: DispatcherInput
  /** Instead of dispatcher and rate limits. */
  readonly plugins?: readonly Plugin[]
  /** Besides them. */
  readonly also?: readonly Plugin[]
}

@Routes()
class Balancer {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('*')
  request(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.#dispatcher.select(1, ctx))
  }

  @OnFailure('*')
  failed(ctx: FailureContext): Handled {
    return ctx.forward()
  }
}

/** A backend or a caller: a socket that keeps what it hears. */
export class FarEnd {
  readonly heard: string[] = []
  readonly #socket: Socket

  static async open(): Promise<FarEnd> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new FarEnd(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (bytes) => this.heard.push(bytes.toString()))
  }

  get port(): number {
    return this.#socket.address().port
  }

  send(text: string, port: number): void {
    this.#socket.send(text, port, '127.0.0.1')
  }

  /** The first message that begins so. */
  async hears(start: string): Promise<string> {
    for (;;) {
      const found = this.heard.find((text) => text.startsWith(start))
      if (found !== undefined) return found
      await once(this.#socket, 'message')
    }
  }

  close(): void {
    this.#socket.close()
  }
}

/** An INVITE of alice to bob, from that port. */
export function inviteFrom(port: number, callId: string): string {
  return [
    'INVITE sip:bob@example.com SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${callId};rport`,
    'Max-Forwards: 70',
    'From: "Alice" <sip:alice@example.com>;tag=a1',
    'To: <sip:bob@example.com>',
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:alice@127.0.0.1:${port}>`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

/** What a backend answers to a request that it has heard. */
export function answerTo(request: string, status: string): string {
  const kept = request
    .split('\r\n')
    .filter((line) => /^(?:Via|From|Call-ID|CSeq|Record-Route):/i.test(line))
  const to = /^To: (.*)$/m.exec(request)?.[1]?.trim() ?? ''
  return [
    `SIP/2.0 ${status}`,
    ...kept,
    `To: ${to};tag=b1`,
    'Contact: <sip:bob@127.0.0.1:5999>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

export async function administered(options: RigOptions = {}): Promise<Rig> {
  const log: Line[] = []
  const app = await createApp({
    plugins: [
      ...(options.plugins ?? [rateLimiting({}), dispatcher(options.dispatcher ?? sets)]),
      ...(options.also ?? []),
      admin({
        port: 0,
        tokens: Object.entries(tokens).map(([scope, token]) => ({
          ...{ name: `${scope}er`, token: quickHash(token), scope: scope as keyof typeof tokens },
        })),
        ...options.admin,
      }),
    ],
    routes: options.plugins === undefined ? [Balancer] : [],
    log: Object.assign(recording(log), { level: 'info' }),
  })
  await app.listen('udp:127.0.0.1:0')
  const { url } = app.resolve(AdminServer)
  if (url === undefined) throw new Error('it is not served')
  return {
    ...{ app, url, log },
    ask: (method, path, ask = {}) => asked(`${url}${path}`, method, ask),
    close: () => app.close(),
  }
}

export function asked(
  url: string,
  method: string,
  { token, body, raw, headers }: Ask,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...((body ?? raw) !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = []
        const { statusCode = 0, headers } = answer
        // It would go on for ever.
        if (headers['content-type'] === 'text/event-stream') {
          answer.once('data', (chunk: Buffer) => {
            resolve({ status: statusCode, headers, text: chunk.toString(), body: undefined })
            answer.destroy()
          })
          return
        }
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const isJson = /json/.test(answer.headers['content-type'] ?? '')
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text,
            body: isJson ? JSON.parse(text) : undefined,
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(raw ?? (body === undefined ? undefined : JSON.stringify(body)))
  })
}

function recording(lines: Line[]): Log {
  const at = (level: string) => (fields: object, text: string) => {
    lines.push({ level, fields, text })
  }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
