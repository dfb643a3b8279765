/** The program as an operator starts it, and SIP over a bare socket to speak with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** A started program; its output is kept. */
export class Program {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly #exit: Promise<number | null>

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()))
    this.child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()))
    this.#exit = once(this.child, 'close').then(([code]) => code as number | null)
  }

  get pid(): number {
    const { pid } = this.child
    if (pid === undefined) throw new Error('it did not start')
    return pid
  }

  /** The exit status, within `limitMs`. */
  exit(limitMs = 45_000): Promise<number | null> {
    return within(limitMs, this.#exit, () => `still runs\n${this.stdout}${this.stderr}`)
  }

  /** Settles when standard output holds a match. */
  async printed(pattern: RegExp, limitMs = 45_000): Promise<RegExpExecArray> {
    const end = Date.now() + limitMs
    for (;;) {
      const match = pattern.exec(this.stdout)
      if (match !== null) return match
      const { exitCode, signalCode } = this.child
      if (Date.now() > end || exitCode !== null || signalCode !== null) {
        throw new Error(`${String(pattern)} was not printed\n${this.stdout}${this.stderr}`)
      }
      await pause(20)
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

/** Runs to the end. */
export async function run(...args: readonly string[]): Promise<{
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}> {
  const program = new Program(...args)
  const status = await program.exit()
  return { status, stdout: program.stdout, stderr: program.stderr }
}

/** A UDP socket that speaks SIP text. */
export class SipSocket {
  readonly #socket: Socket
  readonly #waiting: ((text: string) => void)[] = []
  readonly #received: string[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (data) => {
      const text = data.toString('latin1')
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#received.push(text)
      else waiting(text)
    })
  }

  static async open(): Promise<SipSocket> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new SipSocket(socket)
  }

  get port(): number {
    return this.#socket.address().port
  }

  send(text: string, port: number): void {
    this.#socket.send(Buffer.from(text, 'latin1'), port, '127.0.0.1')
  }

  /** The next message whose first line matches; others are passed over. */
  async receive(pattern: RegExp, limitMs = 15_000): Promise<string> {
    const end = Date.now() + limitMs
    for (;;) {
      const text = await within(
        Math.max(1, end - Date.now()),
        this.#next(),
        () => `nothing like ${String(pattern)} came`,
      )
      if (pattern.test(text.slice(0, text.indexOf('\r\n')))) return text
    }
  }

  close(): void {
    this.#socket.close()
  }

  #next(): Promise<string> {
    const text = this.#received.shift()
    if (text !== undefined) return Promise.resolve(text)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

/** A request from `from`; `more` are further header lines. */
export function request(
  method: string,
  uri: string,
  from: SipSocket,
  { callId, cseq = 1, toTag, more = [] }: RequestParts,
): string {
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${String(from.port)};branch=z9hG4bK${callId}${method}${String(cseq)}`,
    'Max-Forwards: 70',
    `From: <sip:caller@127.0.0.1>;tag=c1`,
    `To: <${uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    `Call-ID: ${callId}`,
    `CSeq: ${String(cseq)} ${method}`,
    `Contact: <sip:caller@127.0.0.1:${String(from.port)}>`,
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

/** The answer of a backend to a request that it received. */
export function response(request: string, status: string, backend: SipSocket): string {
  const lines = request
    .split('\r\n')
    .filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route):/i.test(line))
  const to = /^To:.*$/im.exec(request)?.[0] ?? ''
  return [
    `SIP/2.0 ${status}`,
    ...lines,
    to.includes(';tag=') ? to : `${to};tag=b1`,
    `Contact: <sip:backend@127.0.0.1:${String(backend.port)}>`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function within<T>(limitMs: number, promise: Promise<T>, text: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(text())), limitMs)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}
