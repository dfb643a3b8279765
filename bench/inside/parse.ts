/** What reading a message costs, and what a proxy does besides: look, edit, write. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalAddress } from '@sipwright/framework'
import { type Spread } from '../statistics.js'
import { costOf, type CostOptions } from './cost.js'
import {
  addRecordRoute,
  addVia,
  copyFor,
  parseMessage,
  recordRouteFor,
  serialize,
  stampSource,
  takeOurVia,
} from './floors.js'
import { samples } from './samples.js'

export interface ParseOptions extends CostOptions {
  /** The folder of RFC 4475's messages; undefined: without them. */
  readonly torture: string | undefined
}

export interface ParseFigure {
  readonly message: string
  readonly bytes: number
  /** From the datagram's bytes to a message that has been checked. */
  readonly parse: Spread
  /** And the fields a proxy asks for, the edits of forwarding, and the text that leaves. Undefined where it is refused. */
  readonly forward: Spread | undefined
}

export function measureParse(options: ParseOptions): readonly ParseFigure[] {
  const messages = [
    ...Object.entries(samples).map(([name, text]) => [name, Buffer.from(text, 'latin1')] as const),
    ...(options.torture === undefined ? [] : tortureMessages(options.torture)),
  ]
  // All of them, before any is measured: the first would pay for what the compiler learns from the others.
  for (const [, bytes] of messages) costOf(forwarding(bytes), { ...options, batches: 1 })
  return messages.map(([name, bytes]) => figureOf(name, bytes, options))
}

function tortureMessages(folder: string): (readonly [string, Buffer])[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.dat'))
  return files.sort().map((file) => [`RFC 4475 ${file}`, readFileSync(join(folder, file))])
}

function figureOf(message: string, bytes: Buffer, options: ParseOptions): ParseFigure {
  const parse = costOf((times) => {
    for (let time = 0; time < times; time++) kept = read(bytes)
  }, options)
  const parsed = read(bytes)
  const common = { message, bytes: bytes.length, parse }
  if (parsed.kind === 'malformed') return { ...common, forward: undefined }
  return { ...common, forward: costOf(forwarding(bytes), options) }
}

function forwarding(bytes: Buffer): (times: number) => void {
  return (times) => {
    for (let time = 0; time < times; time++) kept = forwarded(bytes)
  }
}

/** The last result, so that no work can be left out as useless. */
export let kept: unknown = undefined

/** As the transport does it: one latin1 string per datagram. */
function read(bytes: Buffer): ReturnType<typeof parseMessage> {
  return parseMessage(bytes.toString('latin1'))
}

function forwarded(bytes: Buffer): string {
  const message = read(bytes)
  if (message.kind === 'malformed') return ''
  kept = [message.via, message.callId, message.cseq, message.fromTag, message.toTag]
  if (message.kind === 'response') {
    takeOurVia(message)
    return serialize(message)
  }
  stampSource(message.headers, '192.0.2.4', 5060)
  kept = [message.requestUri, message.headers.has('Route'), message.headers.has('Proxy-Require')]
  const copy = copyFor(message, undefined)
  if (message.method === 'INVITE') addRecordRoute(copy, recordRoute)
  addVia(copy, ourVia)
  return serialize(copy)
}

const here: LocalAddress = {
  ...{ transport: 'UDP', reliable: false, address: '192.0.2.1', port: 5060 },
  ...{ advertisedHost: '192.0.2.1', advertisedPort: 5060, zone: 'public' },
}
const recordRoute = recordRouteFor(here, here)
const ourVia = { transport: 'UDP', host: '192.0.2.1', port: 5060, branch: 'z9hG4bK4b43c2ff8.1' }
