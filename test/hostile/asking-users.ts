/** Whether the time of an answer tells known users from unknown ones: security.md §3 row 2. */
import { createHash } from 'node:crypto'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { RawPeer } from './raw-peer.js'
import { requestText } from './raw-peer.js'

export interface AnswerTimes {
  /** Answers for each kind of name. */
  readonly answers: number
  /** Microseconds from the request to the answer. */
  readonly medianKnown: number
  readonly medianUnknown: number
  /** That two sets of answers to one kind of name differ as much as these: the Kolmogorov–Smirnov test. */
  readonly p: number
}

const users = 100

/** Asks with wrong passwords, as users that there are and users that there are not, in turn. */
export async function answerTimes(answers: number): Promise<AnswerTimes> {
  const [port, behind] = [await freePort(), await freePort()]
  const names = Array.from({ length: users }, (_, index) => `known-${1000 + index}`)
  const accounts = names.map((name) => `${name}: { password: 'p-${name}' }`).join(', ')
  await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0s } }
auth: { realm: example.com, users: { ${accounts} } }
limits: { refusalsPerSecond: 0 }
`,
  })
  const peer = await RawPeer.at('127.0.0.1')
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
  let number = 0
  const ask = async (credentials: readonly string[]): Promise<[string, number]> => {
    const callId = `ask-${number++}`
    const text = requestText({
      ...{ method: 'REGISTER', uri: 'sip:example.com', callId, more: credentials },
      sentBy: `127.0.0.1:${peer.port}`,
    })
    peer.heard.length = 0
    const from = process.hrtime.bigint()
    peer.send(text, port)
    const { text: answer } = await peer.hear(new RegExp(`Call-ID: ${callId}\r`))
    return [answer, Number(process.hrtime.bigint() - from) / 1_000]
  }
  const [challenge] = await ask([])
  const nonce = /nonce="([^"]+)", algorithm=SHA-256/.exec(challenge)?.[1] ?? ''
  // The first answers of a process are slow, whoever is asked about.
  for (let index = -500; index < answers * 2; index++) {
    const kind = index % 2 === 0 ? 'known' : 'unknown'
    const name = `${kind}-${1000 + (Math.abs(index) % users)}`
    const [, microseconds] = await ask([authorization(name, 'a guess', nonce)])
    if (index >= 0) times[kind].push(microseconds)
  }
  // That the guesses were looked into: the right password, of the same form, goes through to the backend that is not there.
  const [proven] = await ask([authorization(names[0]!, `p-${names[0]!}`, nonce)])
  if (proven.startsWith('SIP/2.0 401')) throw new Error(`the right password is refused:\n${proven}`)
  peer.close()
  const [known, unknown] = [times.known, times.unknown].map((each) => each.sort((a, b) => a - b))
  return {
    answers,
    medianKnown: known![answers >> 1]!,
    medianUnknown: unknown![answers >> 1]!,
    p: kolmogorovSmirnov(known!, unknown!),
  }
}

function authorization(user: string, password: string, nonce: string): string {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
  const [ha1, ha2] = [sha256(`${user}:example.com:${password}`), sha256('REGISTER:sip:example.com')]
  const response = sha256(`${ha1}:${nonce}:00000001:c:auth:${ha2}`)
  return [
    `Authorization: Digest username="${user}", realm="example.com", nonce="${nonce}"`,
    `uri="sip:example.com", response="${response}", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c"`,
  ].join(', ')
}

/** The p-value of the two-sample test, by its limit for many values. Both in ascending order. */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
  let [i, j, distance] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const least = Math.min(a[i]!, b[j]!)
    while (a[i]! <= least) i++
    while (b[j]! <= least) j++
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length))
  }
  const size = Math.sqrt((a.length * b.length) / (a.length + b.length))
  const lambda = (size + 0.12 + 0.11 / size) * distance
  let p = 0
  for (let k = 1; k <= 100; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * (k * lambda) ** 2)
  return lambda < 0.2 ? 1 : Math.min(Math.max(p, 0), 1)
}
