import { expect, test } from '@jest/globals'
import { type DnsClient } from '@sipwright/framework'
import { VirtualClock } from '@sipwright/framework/testing'
import { DnsSource } from '#src/source/dns-source.js'

type Answers = Readonly<Record<string, { readonly records: readonly unknown[]; ttlMs: number }>>

function source(answers: Answers, names: Readonly<Record<string, string>>) {
  const client = {
    query: (type: string, name: string) =>
      Promise.resolve(answers[`${type} ${name}`] ?? { records: [], ttlMs: 60_000 }),
  } as unknown as Pick<DnsClient, 'query'>
  return new DnsSource({ names, client, clock: new VirtualClock() })
}

const record = (target: string, priority: number, weight: number, port = 5060) => ({
  ...{ target, priority, weight, port },
})

test('4b.59: SRV records are destinations with priority and weight; the service names the transport (RFC 3263 §4.2)', async () => {
  const records = [record('a.test', 10, 70), record('b.test', 20, 30, 5070)]
  const { entries } = await source(
    {
      'SRV _sip._tcp.media.test': { records, ttlMs: 2_000 },
      'SRV _sips._tcp.media.test': { records: [record('s.test', 1, 1, 5061)], ttlMs: 2_000 },
    },
    { 1: '_sip._tcp.media.test', 2: '_sips._tcp.media.test' },
  ).load()
  expect(entries).toMatchObject([
    { setId: '1', destination: { uri: 'sip:a.test:5060;transport=tcp', priority: 10, weight: 70 } },
    { setId: '1', destination: { uri: 'sip:b.test:5070;transport=tcp', priority: 20, weight: 30 } },
    { setId: '2', destination: { uri: 'sips:s.test:5061' } },
  ])
})

test('4b.59: of a name each address is a destination', async () => {
  const { entries } = await source(
    {
      'A media.test': { records: ['192.0.2.1', '192.0.2.2'], ttlMs: 2_000 },
      'AAAA media.test': { records: ['2001:db8::1'], ttlMs: 2_000 },
    },
    { 1: 'media.test' },
  ).load()
  expect(entries.map(({ destination }) => destination.uri)).toEqual([
    ...['sip:192.0.2.1', 'sip:192.0.2.2', 'sip:[2001:db8::1]'],
  ])
})

test('a target of "." says that there is no such service (RFC 2782)', async () => {
  const answers = { 'SRV _sip._udp.x.test': { records: [record('.', 0, 0, 0)], ttlMs: 1 } }
  expect((await source(answers, { 1: '_sip._udp.x.test' }).load()).entries).toEqual([])
})
