/**
 * Asks DNS servers: one question, one answer with its TTL. RFC 1035 §4
 *
 * Its own small client, on dns-packet's codec, because node:dns tells no TTL for SRV and NAPTR, and a gateway that
 * its owner moved has to be found as soon as the TTL says. A question goes out by UDP from a fresh port with a
 * random id (RFC 5452), to the next server when one does not answer, and by TCP when the answer did not fit.
 */
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { connect } from 'node:net'
import packet, { type Answer, type DecodedPacket } from 'dns-packet'
import { type Clock } from '../environment.js'
import { SipError } from '../errors.js'
import { familyOf, isNumericAddress, normalizeAddress, portNumber } from './address.js'

/** RFC 2782 */
export interface SrvRecord {
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: string
}

/** RFC 3403 §4.1 */
export interface NaptrRecord {
  readonly order: number
  readonly preference: number
  readonly flags: string
  readonly services: string
  readonly replacement: string
}

/** What a record of each type says. */
export interface RecordData {
  A: string
  AAAA: string
  SRV: SrvRecord
  NAPTR: NaptrRecord
}

export type RecordType = keyof RecordData

/** No records: there is no such name, or none of that type, and for `ttlMs` there will be none. RFC 2308 */
export interface DnsAnswer<Type extends RecordType> {
  readonly records: readonly RecordData[Type][]
  readonly ttlMs: number
}

export interface DnsClientOptions {
  /** `127.0.0.53`, `127.0.0.53:5353`, `[::1]:5353`; empty: the system's. Throws SIPW_ERR_DNS_SERVER. */
  readonly servers?: readonly string[] | undefined
  /** For one question, all servers and attempts together. */
  readonly timeoutMs: number
  readonly clock: Clock
}

interface Server {
  readonly address: string
  readonly port: number
}

/** A datagram is lost now and then: asked again before it counts as silence. */
const attempts = 3

/** For how long nothing is believed to be there when the answer does not say. RFC 2308 §5 */
const negativeTtlMs = 30_000

/** No answer of ours is longer: a bound for what one TCP server may send. */
const maxAnswerBytes = 65_535

export class DnsClient {
  readonly #servers: readonly Server[]
  readonly #timeoutMs: number
  readonly #clock: Clock
  readonly #open = new Set<Exchange>()

  constructor({ servers = [], timeoutMs, clock }: DnsClientOptions) {
    this.#servers = (servers.length > 0 ? servers : getServers()).map(parseServer)
    this.#timeoutMs = timeoutMs
    this.#clock = clock
  }

  /** Rejects with SIPW_ERR_DNS when no server answers in time, or none can. */
  async query<Type extends RecordType>(type: Type, name: string): Promise<DnsAnswer<Type>> {
    if (!isDnsName(name)) throw dnsError(type, name, 'not a DNS name')
    const decoded = await new Promise<DecodedPacket>((resolve, reject) => {
      const exchange: Exchange = new Exchange(
        type,
        name,
        this.#servers,
        { timeoutMs: this.#timeoutMs, clock: this.#clock },
        (outcome) => {
          this.#open.delete(exchange)
          if (typeof outcome === 'string') reject(dnsError(type, name, outcome))
          else resolve(outcome)
        },
      )
      this.#open.add(exchange)
      exchange.ask()
    })
    return answerOf(type, name, decoded)
  }

  /** Questions under way fail. */
  close(): void {
    for (const exchange of this.#open) exchange.fail('closed')
  }
}

/** One question, until the first answer that counts. */
class Exchange {
  readonly #type: RecordType
  readonly #name: string
  readonly #servers: readonly Server[]
  readonly #clock: Clock
  readonly #retryMs: number
  readonly #done: (outcome: DecodedPacket | string) => void
  readonly #cancelDeadline: () => void
  #cancelRetry: () => void = () => undefined
  /** Closes the socket of each attempt that may still be answered. */
  readonly #waiting = new Set<() => void>()
  #asked = 0
  #over = false

  constructor(
    type: RecordType,
    name: string,
    servers: readonly Server[],
    { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
    done: (outcome: DecodedPacket | string) => void,
  ) {
    this.#type = type
    this.#name = name
    this.#servers = servers
    this.#clock = clock
    this.#retryMs = timeoutMs / Math.max(attempts, servers.length)
    this.#done = done
    this.#cancelDeadline = clock.after(timeoutMs, () => this.fail('no answer in time'))
  }

  /** Asks the next server. */
  ask(): void {
    const server = this.#servers[this.#asked % this.#servers.length]
    if (server === undefined) return this.fail('no DNS server is configured')
    this.#asked++
    this.#cancelRetry()
    if (this.#asked < Math.max(attempts, this.#servers.length)) {
      this.#cancelRetry = this.#clock.after(this.#retryMs, () => this.ask())
    }
    const id = randomInt(65_536)
    const socket = createSocket(familyOf(server.address) === 6 ? 'udp6' : 'udp4')
    const close = this.#wait(() => socket.close())
    socket.on('error', (error) => {
      close()
      this.#refused(error.message)
    })
    socket.on('message', (data) => {
      const decoded = this.#decode(data, id)
      if (decoded === undefined) return
      close()
      if (decoded.flag_tc) this.#askByStream(server)
      else this.#answered(decoded)
    })
    // Connected: only that server is heard, and that it is not there is told at once.
    socket.connect(server.port, server.address, () => {
      if (this.#waiting.has(close)) socket.send(this.#question(id))
    })
  }

  fail(reason: string): void {
    this.#finish(reason)
  }

  #askByStream(server: Server): void {
    const id = randomInt(65_536)
    const question = this.#question(id)
    const length = Buffer.from([question.length >> 8, question.length & 255])
    let received = Buffer.alloc(0)
    const socket = connect({ host: server.address, port: server.port }, () =>
      socket.write(Buffer.concat([length, question])),
    )
    const close = this.#wait(() => socket.destroy())
    const failed = (reason: string) => {
      if (close()) this.#refused(reason)
    }
    socket.on('error', (error) => failed(error.message))
    socket.on('close', () => failed('connection closed'))
    socket.on('data', (data) => {
      received = Buffer.concat([received, data])
      const due = received.length < 2 ? maxAnswerBytes : received.readUInt16BE(0)
      if (received.length < due + 2) return
      const decoded = this.#decode(received.subarray(2, due + 2), id)
      if (decoded === undefined) return failed('malformed answer')
      close()
      this.#answered(decoded)
    })
  }

  #question(id: number): Buffer {
    return packet.encode({
      type: 'query',
      id,
      flags: packet.RECURSION_DESIRED,
      questions: [{ type: this.#type, name: this.#name }],
    })
  }

  /** Undefined for what is no answer to this question: forged, late, or garbage. */
  #decode(data: Buffer, id: number): DecodedPacket | undefined {
    try {
      const decoded = packet.decode(data)
      const [question] = decoded.questions ?? []
      const ours =
        decoded.id === id &&
        decoded.type === 'response' &&
        question?.type === this.#type &&
        sameName(question.name, this.#name)
      return ours ? decoded : undefined
    } catch {
      return undefined
    }
  }

  #answered(decoded: DecodedPacket): void {
    const rcode = 'rcode' in decoded ? String(decoded.rcode) : 'NOERROR'
    if (rcode === 'NOERROR' || rcode === 'NXDOMAIN') this.#finish(decoded)
    else this.#refused(rcode)
  }

  /** This server cannot help: the next one is asked at once, and when none is left the reason counts. */
  #refused(reason: string): void {
    if (this.#over) return
    if (this.#asked < this.#servers.length) this.ask()
    else if (this.#waiting.size === 0) this.#finish(reason)
  }

  /** Remembers how to stop waiting; the function returned does it once and tells whether it did. */
  #wait(stop: () => void): () => boolean {
    const once = () => {
      const waited = this.#waiting.delete(once)
      if (waited) stop()
      return waited
    }
    this.#waiting.add(once)
    return once
  }

  #finish(outcome: DecodedPacket | string): void {
    if (this.#over) return
    this.#over = true
    this.#cancelDeadline()
    this.#cancelRetry()
    for (const stop of this.#waiting) stop()
    this.#done(outcome)
  }
}

/** The records of the name, or of the name that CNAMEs lead to; the shortest TTL on the way counts. */
function answerOf<Type extends RecordType>(
  type: Type,
  name: string,
  decoded: DecodedPacket,
): DnsAnswer<Type> {
  const answers = decoded.answers ?? []
  let owner = name
  let ttl = Infinity
  for (let step = 0; step < answers.length; step++) {
    const alias = answers.find((one) => one.type === 'CNAME' && sameName(one.name, owner))
    if (alias?.type !== 'CNAME') break
    ttl = Math.min(ttl, alias.ttl ?? 0)
    owner = alias.data
  }
  const records: RecordData[Type][] = []
  for (const answer of answers) {
    if (!sameName(answer.name, owner)) continue
    const data = dataOf(answer, type)
    if (data === undefined) continue
    ttl = Math.min(ttl, ('ttl' in answer ? answer.ttl : undefined) ?? 0)
    records.push(data)
  }
  return { records, ttlMs: records.length > 0 ? ttl * 1_000 : negativeTtl(decoded) }
}

function dataOf<Type extends RecordType>(answer: Answer, type: Type): RecordData[Type] | undefined {
  if (answer.type !== type) return undefined
  const data = plainData(answer)
  return data as RecordData[Type] | undefined
}

function plainData(answer: Answer): RecordData[RecordType] | undefined {
  switch (answer.type) {
    case 'A':
    case 'AAAA':
      return normalizeAddress(answer.data)
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = answer.data
      return { priority, weight, port, target }
    }
    case 'NAPTR': {
      const { order, preference, flags, services, replacement } = answer.data
      return { order, preference, flags, services, replacement }
    }
    default:
      return undefined
  }
}

/** RFC 2308 §5: the smaller of the SOA's TTL and its minimum. */
function negativeTtl(decoded: DecodedPacket): number {
  for (const authority of decoded.authorities ?? []) {
    if (authority.type !== 'SOA') continue
    return Math.min(authority.ttl ?? 0, authority.data.minimum ?? 0) * 1_000
  }
  return negativeTtlMs
}

/** Up to 253 octets in labels of 1 to 63. RFC 1035 §2.3.4 */
function isDnsName(name: string): boolean {
  if (name.length === 0 || name.length > 253) return false
  return name.split('.').every((label) => label.length > 0 && label.length <= 63)
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function parseServer(text: string): Server {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1
  const colon = text.lastIndexOf(':')
  const hasPort = bracket > 0 ? colon > bracket : colon === text.indexOf(':') && colon > 0
  const host = hasPort ? text.slice(0, colon) : text
  const address = bracket > 0 ? text.slice(1, bracket) : host
  const port = hasPort ? portNumber(text.slice(colon + 1)) : 53
  if (!isNumericAddress(address) || port === undefined || port === 0) {
    throw new SipError('SIPW_ERR_DNS_SERVER', [text])
  }
  return { address, port }
}

function dnsError(type: RecordType, name: string, reason: string): SipError {
  return new SipError('SIPW_ERR_DNS', [type, name, reason])
}
