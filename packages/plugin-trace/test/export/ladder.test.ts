import { expect, test } from '@jest/globals'
import { ladderText } from '#src/export/ladder.js'
import { type ShownTrace } from '#src/view.js'

const message = (offsetMs: number, from: string, to: string, label: string) => ({
  ...{ kind: 'message', at: '2026-03-01T12:00:00.000Z', offsetMs, from, to, label },
  ...{ transport: 'UDP', first: label, cseq: '1 INVITE', branch: 'z9hG4bK1' },
  ...{ retransmission: offsetMs > 400, text: '' },
})

const trace = {
  ...{ id: '0-1', callId: 'c1', method: 'INVITE', from: 'sip:alice@a', to: 'sip:bob@b' },
  ...{ state: 'up', status: 200, startedAt: '2026-03-01T12:00:00.000Z', omitted: 3 },
  parties: [
    { address: 'udp:192.0.2.1:5060', name: 'caller' },
    { address: 'udp:192.0.2.2:5060', name: 'sipwright' },
    { address: 'udp:192.0.2.3:5060', name: 'fs1' },
  ],
  entries: [
    message(0, 'udp:192.0.2.1:5060', 'udp:192.0.2.2:5060', 'INVITE'),
    {
      ...{ kind: 'decision', at: '2026-03-01T12:00:00.000Z', offsetMs: 0, what: 'selected' },
      text: 'pick: priority fs1',
      detail: {
        destination: 'fs1',
        candidates: [{ id: 'fs1' }, { id: 'fs2' }],
        excluded: [{ id: 'fs3', why: 'set to drain: new\u001b[2Jdisk' }],
      },
    },
    message(500, 'udp:192.0.2.2:5060', 'udp:192.0.2.3:5060', 'INVITE'),
  ],
} as unknown as ShownTrace

test('a choice says who would have been next and why others were out, and no byte moves the cursor', () => {
  expect(ladderText(trace).split('\n').slice(5)).toEqual([
    '    0.000s  |--------- INVITE ----------->|                             |',
    '    0.000s  |                             * pick: priority fs1',
    '                                            then fs2',
    '                                            not fs3: set to drain: new?[2Jdisk',
    '    0.500s  |                             |----- INVITE (again) ------->|',
    '... 3 more were not kept',
    '',
  ])
})
