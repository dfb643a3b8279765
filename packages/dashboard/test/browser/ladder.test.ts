import { expect, test } from '@jest/globals'
import { lanesOf, type Message, previousOf, rowsOf, timesOf } from '#src/browser/ladder.js'
import type { TraceEntry } from '#src/browser/answers.js'

const [caller, edge, fs1, fs2] = ['udp:a:5080', 'udp:e:5060', 'udp:b:5071', 'udp:b:5072'] as const
const parties = [
  { address: caller, name: 'caller' },
  { address: edge, name: 'sipwright' },
  { address: fs1, name: 'fs1' },
  { address: fs2, name: 'fs2' },
]

function message(from: string, to: string, label: string, more: Partial<Message> = {}): Message {
  const first = /^\d/.test(label) ? `SIP/2.0 ${label} Text` : `${label} sip:a SIP/2.0`
  return {
    ...{ kind: 'message', at: '2026-03-01T12:00:00.004Z', offsetMs: 4, from, to, label, first },
    ...{ transport: 'udp', cseq: '1 INVITE', branch: 'z9', retransmission: false, text: label },
    ...more,
  }
}

function decision(what: 'selected' | 'failover', text: string): TraceEntry {
  return { kind: 'decision', at: '2026-03-01T12:00:00.004Z', offsetMs: 4, what, text, detail: {} }
}

/** A call whose first destination answers 503. */
const entries: readonly TraceEntry[] = [
  message(caller, edge, 'INVITE'),
  message(edge, caller, '100'),
  decision('selected', 'pick: round-robin fs1'),
  message(edge, fs1, 'INVITE'),
  message(fs1, edge, '503'),
  decision('failover', 'failover: 503'),
  message(edge, fs2, 'INVITE'),
  message(edge, fs2, 'INVITE', { retransmission: true }),
  message(fs2, edge, '200'),
  message(edge, caller, '200'),
]
const shown = { parties, entries: [...entries] }
const all = { retransmissions: false, provisional100: false }

test('each party has a lane; arrows go between them, decisions stand at the edge', () => {
  expect(lanesOf(shown).map(({ name }) => name)).toEqual(['caller', 'sipwright', 'fs1', 'fs2'])
  const rows = rowsOf(shown, all).map((row) =>
    row.kind === 'message' ? `${row.from}>${row.to} ${row.message.label}` : `@${row.lane}`,
  )
  expect(rows).toEqual([
    ...['0>1 INVITE', '1>0 100', '@1', '1>2 INVITE', '2>1 503', '@1'],
    ...['1>3 INVITE', '1>3 INVITE', '3>1 200', '1>0 200'],
  ])
})

test('what is hidden leaves the indexes of the others as they are', () => {
  const rows = rowsOf(shown, { retransmissions: true, provisional100: true })
  expect(rows.map(({ index }) => index)).toEqual([0, 2, 3, 4, 5, 6, 8, 9])
})

test('an address that is nobody’s is the edge’s: another listener of it', () => {
  const [row] = rowsOf({ parties, entries: [message('tcp:e:5061', fs1, 'INVITE')] }, all)
  expect(row).toMatchObject({ from: 1, to: 2 })
})

test('a message is compared with the same one on the leg before', () => {
  expect(previousOf(entries, 0)).toBeUndefined()
  expect(previousOf(entries, 2)).toBeUndefined()
  expect(previousOf(entries, 3)).toBe(entries[0])
  expect(previousOf(entries, 6)).toBe(entries[3])
  expect(previousOf(entries, 9)).toBe(entries[8])
  expect(previousOf(entries, 4)).toBe(entries[3])
})

test('times are told to the millisecond', () => {
  const { clock, offset } = timesOf({ at: '2026-03-01T12:00:00.004Z', offsetMs: 1_204 })
  expect(clock).toMatch(/^\d\d:\d\d:00\.004$/)
  expect(offset).toBe('+1.204')
})
