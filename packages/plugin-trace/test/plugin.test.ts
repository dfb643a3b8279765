import { expect, test } from '@jest/globals'
import { type Boundary, type Plugin } from '@sipwright/framework'
import { ladderText } from '#src/export/ladder.js'
import { mermaid } from '#src/export/mermaid.js'
import { rig } from './rig.js'

/** As topology hiding does: the other leg has another Call-ID. */
const renaming: Boundary = {
  requestDeparts: ({ request }) => {
    request.headers.set('Call-ID', `hidden.${request.callId}`)
  },
}

const hiding: Plugin = {
  name: 'hiding',
  requires: [],
  setup: (host) => host.addBoundary(renaming),
}

test.each([{ plugins: [] }, { plugins: [hiding] }])(
  'a call that failed over shows both legs, and each decision where it was made',
  async ({ plugins }) => {
    const { network, caller, traces } = await rig({ plugins })
    const call = caller.call('sip:bob@example.com')
    await network.run(500)
    expect(call.statuses.at(-1)).toBe(200)
    const [summary] = traces.list({ limit: 10 })
    expect(summary).toMatchObject({
      ...{ method: 'INVITE', state: 'up', status: 200, attempts: 2, destination: 'fs2' },
      ...{ source: 'udp:192.0.2.100:5060', endedAt: null },
    })
    const shown = traces.find(summary!.id)!
    expect(shown.parties.map(({ name }) => name)).toEqual(['caller', 'sipwright', 'fs1', 'fs2'])
    const steps = shown.entries.map((each) =>
      each.kind === 'message' ? each.label.replace(' (SDP)', '') : `* ${each.text}`,
    )
    expect(steps).toEqual([
      'INVITE',
      '* Balancer.invite',
      '100',
      '* pick: priority fs1',
      'INVITE',
      '503',
      'ACK',
      '* failed: fs1: 503 Service Unavailable',
      '* pick: fs2',
      'INVITE',
      '200',
      '200',
      'ACK',
      'ACK',
    ])
    const pick = shown.entries.find((each) => each.kind === 'decision' && each.what === 'selected')
    expect(pick).toMatchObject({
      detail: { set: '1', candidates: [{ id: 'fs1' }, { id: 'fs2' }], excluded: [] },
    })
    call.bye()
    await network.run(500)
    expect(traces.list({ limit: 1, state: 'ended' })).toHaveLength(1)
  },
)

test('what is sent again is shown again and named so (RFC 3261 §17.1.1.2)', async () => {
  const { network, caller, traces } = await rig({ answers: ['silence', 'silence'] })
  caller.call('sip:bob@example.com')
  await network.run(2_000)
  const shown = traces.find('0-1')!
  const sent = shown.entries.filter(
    (each) =>
      each.kind === 'message' && each.label.startsWith('INVITE') && each.from !== shown.source,
  )
  expect(sent.map((each) => each.kind === 'message' && each.retransmission)).toEqual([
    false,
    true,
    true,
  ])
})

test('no more is kept than the bounds say: who was quiet for longest goes first', async () => {
  const { network, caller, traces } = await rig({ trace: { messages: 100, perCall: 10 } })
  for (let index = 0; index < 40; index++) {
    caller.call('sip:bob@example.com')
    await network.run(200)
  }
  const { messages, traces: count } = traces.size
  expect(messages).toBeLessThanOrEqual(100)
  expect(count).toBe(10)
  const [newest] = traces.list({ limit: 1 })
  expect(newest!.id).toBe('0-40')
  expect(traces.find('0-40')!.omitted).toBeGreaterThan(0)
  expect(traces.find('0-1')).toBeUndefined()
})

test('pages follow each other, newest first; filters are for parts of parties', async () => {
  const { network, caller, traces } = await rig({})
  for (const user of ['bob', 'carol', 'bob']) {
    caller.call(`sip:${user}@example.com`)
    await network.run(200)
  }
  expect(traces.list({ limit: 9, to: 'bob' }).map(({ id }) => id)).toEqual(['0-3', '0-1'])
  expect(traces.list({ limit: 9, method: 'OPTIONS' })).toEqual([])
  expect(traces.list({ limit: 9, destination: 'fs1' })).toEqual([])
})

test('as text and as Mermaid: a line per message, decisions between them', async () => {
  const { network, caller, traces } = await rig({})
  caller.call('sip:bob@example.com')
  await network.run(500)
  const shown = traces.find('0-1')!
  const text = ladderText(shown)
  expect(text).toMatch(/\* failed: fs1: 503 Service Unavailable/)
  expect(text).toMatch(/\|-+ INVITE[^|]*>\|/)
  expect(text).toMatch(/\|<-+ 503 -+\|/)
  const diagram = mermaid(shown)
  expect(diagram).toMatch(/^sequenceDiagram\n {2}participant p0 as caller/)
  expect(diagram).toMatch(/p1->>p2: \+\d\.\d{3}s INVITE/)
  expect(diagram).toMatch(/Note over p1: \+\d\.\d{3}s pick: priority fs1/)
})
