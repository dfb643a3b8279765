/**
 * Asks a SIP server by OPTIONS whether it takes calls (RFC 3261 §11): what keepalived or a container's health check runs. It is
 * no client of an app: it must work where nothing else does, and cost nothing.
 */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { SipError } from '@sipwright/framework'
import { done, type Said } from '../operator/act.js'

/** RFC 3261 §17.1.2.1: T1, and twice as long after each time it is sent. */
const firstResendMs = 500
const longestAnswer = 65_535

/** Its answer; status 1 if that is no 2xx. Throws SIPW_ERR_COMMAND_USAGE, SIPW_ERR_COMMAND_UNREACHABLE. */
export async function sipCheck(place: string, transport: string, limitMs: number): Promise<Said> {
  const [, bracketed, plain, digits = '5060'] =
    /^(?:\[([0-9a-f:.]+)\]|([^\s:@/]+))(?::(\d{1,5}))?$/i.exec(place) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || port < 1 || port > 65_535) {
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--sip', place, 'host:port'])
  }
  const ask = askers.get(transport.toLowerCase())
  if (ask === undefined) {
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['--transport', transport, 'udp or tcp'])
  }
  const startedAt = performance.now()
  let answer: string
  try {
    answer = await ask({ host, port }, limitMs)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SipError('SIPW_ERR_COMMAND_UNREACHABLE', [place, reason], { cause })
  }
  const ms = Math.round(performance.now() - startedAt)
  const status = Number(/^SIP\/2\.0 (\d{3})/.exec(answer)?.[1])
  const line = answer.slice(0, answer.indexOf('\r\n'))
  const said = done({ place, transport, status, line, ms }, `${place}: ${line} in ${ms} ms`)
  return { ...said, status: status >= 200 && status < 300 ? 0 : 1 }
}

interface Place {
  readonly host: string
  readonly port: number
}

const askers: ReadonlyMap<string, (to: Place, limitMs: number) => Promise<string>> = new Map([
  ['udp', askByDatagram],
  ['tcp', askByConnection],
])

async function askByDatagram({ host, port }: Place, limitMs: number): Promise<string> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const timers: NodeJS.Timeout[] = []
  try {
    return await new Promise<string>((resolve, reject) => {
      const question = new Question('UDP')
      timers.push(setTimeout(() => reject(late(limitMs)), limitMs))
      socket.on('error', reject)
      socket.on('message', (data) => {
        const text = data.toString('latin1')
        if (question.isAnswer(text)) resolve(text)
      })
      // Connected, it hears at once that nobody listens.
      socket.connect(port, host, () => {
        const { address, port: own } = socket.address()
        const text = question.text({ host, port }, { host: address, port: own })
        const send = (after: number): void => {
          socket.send(text, (error) => {
            if (error !== null) reject(error)
          })
          timers.push(setTimeout(() => send(after * 2), after))
        }
        send(firstResendMs)
      })
    })
  } finally {
    for (const timer of timers) clearTimeout(timer)
    socket.close()
  }
}

async function askByConnection({ host, port }: Place, limitMs: number): Promise<string> {
  const socket = connect({ host, port })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<string>((resolve, reject) => {
      const question = new Question('TCP')
      timer = setTimeout(() => reject(late(limitMs)), limitMs)
      let heard = ''
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('the connection was closed')))
      socket.on('data', (data) => {
        heard += data.toString('latin1')
        if (heard.includes('\r\n\r\n') && question.isAnswer(heard)) resolve(heard)
        else if (heard.length > longestAnswer) reject(new Error('it does not answer as SIP'))
      })
      socket.on('connect', () => {
        const { localAddress = host, localPort = port } = socket
        socket.write(question.text({ host, port }, { host: localAddress, port: localPort }))
      })
    })
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

/** One OPTIONS outside a dialog, and how its answer is known. */
class Question {
  readonly #transport: string
  readonly #branch = `z9hG4bK${token()}`
  readonly #callId = token()
  readonly #tag = token()

  constructor(transport: string) {
    this.#transport = transport
  }

  text(to: Place, own: Place): string {
    const uri = `sip:${formatPlace(to)}`
    return [
      `OPTIONS ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.#transport} ${formatPlace(own)};branch=${this.#branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:check@${isIPv6(own.host) ? `[${own.host}]` : own.host}>;tag=${this.#tag}`,
      `To: <${uri}>`,
      `Call-ID: ${this.#callId}`,
      'CSeq: 1 OPTIONS',
      'User-Agent: sipwright check',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')
  }

  isAnswer(text: string): boolean {
    return /^SIP\/2\.0 [2-6]/.test(text) && text.includes(this.#branch)
  }
}

function formatPlace({ host, port }: Place): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function token(): string {
  return randomBytes(8).toString('hex')
}

function late(limitMs: number): Error {
  return new Error(`no answer within ${limitMs} ms`)
}
