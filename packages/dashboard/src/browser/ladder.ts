/** Where everything of a ladder stands: a lane for each party, a row for each message and each decision. */
import type { TraceAnswer, TraceEntry } from './answers.js'

export type Message = Extract<TraceEntry, { kind: 'message' }>
export type Decision = Extract<TraceEntry, { kind: 'decision' }>

export type Row =
  | {
      readonly kind: 'message'
      readonly index: number
      readonly message: Message
      /** Lanes. */
      readonly from: number
      readonly to: number
    }
  | {
      readonly kind: 'decision'
      readonly index: number
      readonly decision: Decision
      readonly lane: number
    }

export interface Lane {
  readonly name: string
  /** Under the name, unless it is the name. */
  readonly address: string
}

export interface Hidden {
  readonly retransmissions: boolean
  readonly provisional100: boolean
}

/** From left to right. */
export function lanesOf({ parties }: Pick<TraceAnswer, 'parties'>): readonly Lane[] {
  return parties.map(({ name, address }) => ({ name, address: address === name ? '' : address }))
}

/** Rows in their order; `index` is that of the entry. */
export function rowsOf(
  { parties, entries }: Pick<TraceAnswer, 'parties' | 'entries'>,
  hidden: Hidden,
): readonly Row[] {
  const edge = Math.max(
    0,
    parties.findIndex(({ name }) => name === 'sipwright'),
  )
  const laneOf = (address: string): number => {
    const lane = parties.findIndex((party) => party.address === address)
    return lane === -1 ? edge : lane
  }
  return entries.flatMap((entry, index): Row[] => {
    if (entry.kind === 'decision') return [{ kind: 'decision', index, decision: entry, lane: edge }]
    if (hidden.retransmissions && entry.retransmission) return []
    if (hidden.provisional100 && entry.label === '100') return []
    const [from, to] = [laneOf(entry.from), laneOf(entry.to)]
    return [{ kind: 'message', index, message: entry, from, to }]
  })
}

/**
 * What a message is compared with: the same one on the leg before (a request as it came, a response as it was received), else
 * the last message. Undefined: it is the first.
 */
export function previousOf(entries: readonly TraceEntry[], index: number): Message | undefined {
  const message = entries[index]
  if (message?.kind !== 'message') return undefined
  const before = entries.slice(0, index).filter((entry) => entry.kind === 'message')
  const alike = (other: Message): boolean =>
    other.cseq === message.cseq && kindOf(other) === kindOf(message)
  return before.findLast(alike) ?? before.at(-1)
}

/** `14:02:11.003` of who looks, and `+1.204` from the first message. */
export function timesOf({ at, offsetMs }: Pick<Message, 'at' | 'offsetMs'>): {
  readonly clock: string
  readonly offset: string
} {
  const date = new Date(at)
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  const clock = `${date.toLocaleTimeString('en-GB')}.${ms}`
  return { clock, offset: `+${(offsetMs / 1_000).toFixed(3)}` }
}

/** The status of a response, the method of a request. */
function kindOf({ first }: Message): string {
  return first.startsWith('SIP/2.0 ') ? first.slice(8, 11) : (first.split(' ', 1)[0] ?? '')
}
