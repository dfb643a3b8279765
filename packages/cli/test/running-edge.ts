/** An edge in this process with real sockets, and the command run against it. */
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
import { admin, AdminServer, type AdminInput } from '@sipwright/plugin-admin'
import { Dispatcher, dispatcher, type DispatcherInput } from '@sipwright/plugin-dispatcher'
import { rateLimiting } from '@sipwright/plugin-ratelimit'
import { CommanderError } from 'commander'
import { sipwright } from '#src/program.js'

/** The user of the Request-URI names the set. */
@Routes()
class ByUser {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('*')
  request(ctx: RequestContext): Handled {
    const set = /^sip:([^@]+)@/.exec(ctx.request.uri)?.[1] ?? ''
    ctx.recordRoute()
    return ctx.relay(this.#dispatcher.select(set, ctx))
  }

  @OnFailure('*')
  failed(ctx: FailureContext): Handled {
    return ctx.forward()
  }
}

export interface RunningEdge {
  readonly app: App
  readonly url: string
  /** Of its SIP listener. */
  readonly port: number
}

export async function runningEdge(
  sets: DispatcherInput,
  options: AdminInput = {},
  also: readonly Plugin[] = [],
): Promise<RunningEdge> {
  const app = await createApp({
    plugins: [
      rateLimiting({}),
      dispatcher({ probe: { mode: 'none' }, ...sets }),
      ...also,
      admin({ port: 0, ...options }),
    ],
    routes: [ByUser],
    log: Object.assign(quiet, { level: 'info' }),
  })
  await app.listen('udp:127.0.0.1:0')
  const { url } = app.resolve(AdminServer)
  return { app, url: url!, port: app.listeners[0]!.port }
}

const quiet: Log = { error() {}, warn() {}, info() {}, debug() {} }

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** The command with these arguments, in this process; `url` is what it is told of the edge. */
export async function run(args: readonly string[], url?: string): Promise<Ran> {
  const { stdout, stderr } = process
  const kept = { stdout: '', stderr: '' }
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const stream = name === 'stdout' ? stdout : stderr
    const write = stream.write.bind(stream)
    stream.write = (text: string | Uint8Array, ...more: readonly unknown[]) => {
      kept[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
      const callback = more.find((each) => typeof each === 'function')
      if (typeof callback === 'function') (callback as () => void)()
      return true
    }
    return (): void => {
      stream.write = write
    }
  })
  const before = process.exitCode
  const { SIPWRIGHT_URL } = process.env
  if (url !== undefined) process.env['SIPWRIGHT_URL'] = url
  process.exitCode = 0
  try {
    await sipwright().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } finally {
    for (const each of restore) each()
    if (SIPWRIGHT_URL === undefined) delete process.env['SIPWRIGHT_URL']
  }
  const status = process.exitCode
  process.exitCode = before
  return { status, ...kept }
}

/** A caller or a backend: a socket that answers or keeps what it hears. */
export class FarEnd {
  readonly heard: string[] = []
  readonly #socket: Socket
  #waiting: (() => void)[] = []

  static async open(): Promise<FarEnd> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new FarEnd(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (bytes) => {
      this.heard.push(bytes.toString('latin1'))
      for (const look of this.#waiting.splice(0)) look()
    })
  }

  get port(): number {
    return this.#socket.address().port
  }

  send(text: string, port: number): void {
    this.#socket.send(text, port, '127.0.0.1')
  }

  /** Answers each request as soon as it comes. */
  answers(status: string): void {
    this.#socket.on('message', (bytes, { port }) => {
      const text = bytes.toString('latin1')
      if (!/^(?:SIP|ACK)/.test(text)) this.send(answerTo(text, status), port)
    })
  }

  /** The first message that matches. */
  async hears(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.heard.find((text) => pattern.test(text))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  close(): void {
    this.#socket.close()
  }
}

/** A request of alice for somebody in `set`. */
export function request(
  method: string,
  set: string,
  from: FarEnd,
  { callId, cseq = 1, toTag, more = [] }: RequestParts,
): string {
  return [
    `${method} sip:${set}@example.com SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${from.port};branch=z9hG4bK${callId}${method}${cseq};rport`,
    'Max-Forwards: 70',
    'From: "Alice" <sip:alice@example.com>;tag=a1',
    `To: <sip:bob@example.com>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:alice@127.0.0.1:${from.port}>`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

export interface RequestParts {
  readonly callId: string
  readonly cseq?: number
  readonly toTag?: string
  readonly more?: readonly string[]
}

function answerTo(text: string, status: string): string {
  const kept = text
    .split('\r\n')
    .filter((line) => /^(?:Via|From|Call-ID|CSeq|Record-Route):/i.test(line))
  const to = /^To: (.*)$/m.exec(text)?.[1]?.trim() ?? ''
  return [
    `SIP/2.0 ${status}`,
    ...kept,
    `To: ${to}${to.includes(';tag=') ? '' : ';tag=b1'}`,
    'Contact: <sip:bob@127.0.0.1:5999>',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}
