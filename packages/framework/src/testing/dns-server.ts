/** A DNS server for tests, on a free port of 127.0.0.1, UDP and TCP: it answers what it was told, and counts. */
import { once } from 'node:events'
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import packet, { type Answer, type Packet } from 'dns-packet'
import { type NaptrRecord, type RecordData, type RecordType } from '../transport/dns-client.js'

/** `truncate`: by UDP says only that the answer does not fit. */
export type DnsBehaviour = 'answer' | 'silent' | 'servfail' | 'truncate'

export interface DnsQuery {
  readonly type: string
  readonly name: string
  readonly transport: 'UDP' | 'TCP'
}

interface Stored {
  readonly ttlSeconds: number
  readonly answers: readonly Answer[]
}

export class DnsServer {
  /** What was asked, in order. */
  readonly queries: DnsQuery[] = []
  behaviour: DnsBehaviour = 'answer'
  /** For how long it says that a missing name is missing. */
  negativeTtlSeconds = 30
  readonly #datagrams: Datagrams
  readonly #server: Server
  /** By name, then type: a name without a type has no data, an unknown name does not exist. */
  readonly #names = new Map<string, Map<string, Stored>>()

  private constructor(datagrams: Datagrams, server: Server) {
    this.#datagrams = datagrams
    this.#server = server
    datagrams.on('message', (data, from) => {
      const answer = this.#answer(data, 'UDP')
      if (answer !== undefined) datagrams.send(answer, from.port, from.address)
    })
    server.on('connection', (socket) => {
      let received: Buffer = Buffer.alloc(0)
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        received = Buffer.concat([received, data])
        if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return
        const answer = this.#answer(received.subarray(2), 'TCP')
        if (answer === undefined) return
        socket.end(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]))
      })
    })
  }

  static async start(): Promise<DnsServer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const datagrams = createSocket('udp4')
    datagrams.bind(address !== null && typeof address === 'object' ? address.port : 0, '127.0.0.1')
    await once(datagrams, 'listening')
    return new DnsServer(datagrams, server)
  }

  /** `127.0.0.1:49152`, as resolver options want it. */
  get address(): string {
    return `127.0.0.1:${this.#datagrams.address().port}`
  }

  /** What it answers from now on for this name and type. */
  set<Type extends RecordType>(
    name: string,
    type: Type,
    records: readonly RecordData[Type][],
    ttlSeconds = 60,
  ): this {
    const answers = records.map((data) => answerFor(name, type, data, ttlSeconds))
    this.#store(name, type, { ttlSeconds, answers })
    return this
  }

  /** Another name for a name. */
  alias(name: string, target: string, ttlSeconds = 60): this {
    const answers: Answer[] = [{ type: 'CNAME', name, data: target, ttl: ttlSeconds }]
    this.#store(name, 'CNAME', { ttlSeconds, answers })
    return this
  }

  /** The name does not exist any more. */
  remove(name: string): this {
    this.#names.delete(name)
    return this
  }

  /** How often this was asked. */
  count(type: RecordType, name: string): number {
    return this.queries.filter((query) => query.type === type && query.name === name).length
  }

  async close(): Promise<void> {
    const closed = [once(this.#datagrams, 'close'), once(this.#server, 'close')]
    this.#datagrams.close()
    this.#server.close()
    await Promise.all(closed)
  }

  #store(name: string, type: string, stored: Stored): void {
    const types = this.#names.get(name) ?? new Map<string, Stored>()
    this.#names.set(name, types.set(type, stored))
  }

  #answer(data: Buffer, transport: 'UDP' | 'TCP'): Buffer | undefined {
    const { id, questions = [] } = packet.decode(data)
    const [question] = questions
    if (question === undefined) return undefined
    this.queries.push({ type: question.type, name: question.name, transport })
    if (this.behaviour === 'silent') return undefined
    const answer: Packet = { type: 'response', ...(id !== undefined && { id }), questions }
    if (this.behaviour === 'servfail') return packet.encode({ ...answer, flags: 2 })
    if (this.behaviour === 'truncate' && transport === 'UDP') {
      return packet.encode({ ...answer, flags: packet.TRUNCATED_RESPONSE })
    }
    const answers = this.#find(question.name, question.type)
    if (answers.length > 0) return packet.encode({ ...answer, answers: [...answers] })
    const missing = this.#names.has(question.name) ? 0 : 3
    return packet.encode({ ...answer, flags: missing, authorities: [this.#authority()] })
  }

  /** The records of a name, behind the CNAMEs that lead to it. */
  #find(name: string, type: string): readonly Answer[] {
    const types = this.#names.get(name)
    const found = types?.get(type)?.answers
    if (found !== undefined) return found
    const alias = types?.get('CNAME')?.answers ?? []
    const [first] = alias
    return first?.type === 'CNAME' ? [...alias, ...this.#find(first.data, type)] : []
  }

  #authority(): Answer {
    return {
      type: 'SOA',
      name: 'example.com',
      ttl: this.negativeTtlSeconds,
      data: {
        mname: 'ns.example.com',
        rname: 'root.example.com',
        minimum: this.negativeTtlSeconds,
      },
    }
  }
}

function answerFor(
  name: string,
  type: RecordType,
  data: RecordData[RecordType],
  ttl: number,
): Answer {
  if (typeof data === 'string') return { type: type === 'AAAA' ? 'AAAA' : 'A', name, ttl, data }
  if ('target' in data) return { type: 'SRV', name, ttl, data }
  const naptr: NaptrRecord = data
  return { type: 'NAPTR', name, ttl, data: { ...naptr, regexp: '' } }
}
