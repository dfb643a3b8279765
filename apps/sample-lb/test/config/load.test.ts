import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { type Config } from '#src/config/check.js'
import { formatFault } from '#src/config/fault.js'
import { loadConfig, parseConfig } from '#src/config/load.js'

const folder = mkdtempSync(join(tmpdir(), 'sample-lb-'))
afterAll(() => rmSync(folder, { recursive: true }))

const valid = `listen:
  - udp:127.0.0.1:5060
dispatcher:
  sets:
    1: { destinations: ['sip:10.0.1.10:5060'] }
`

test('a valid file gives its values, defaults filled in', () => {
  const config = configOf(valid)
  expect(config.listen).toHaveLength(1)
  expect(config.failover.noResponse).toBe(2_000)
  expect(config.directory).toBe(folder)
})

test('every fault is one line: file, line, column, key, found, expected; all of them, in order', () => {
  const text = `listen:
  - udp:127.0.0.1:5060
  - sctp:127.0.0.1:5061
  - { bind: udp:nowhere, zoen: x }
dispatcher:
  sets:
    1: { destinations: ['sip:10.0.1.10:5060'], algorithm: [] }
  probe:
    interval: fast
    replyCodes: [99]
failover: { on: [603], maxAttempts: 0 }
route: first
profile: closed
limits: { headers: many }
tsl: { certificate: a.pem }
`
  expect(faultsOf(text)).toEqual([
    'lb.yaml:3:5 listen.1: found "sctp:127.0.0.1:5061", expected transport:address:port such as udp:10.0.0.5:5060 or tls:[::1]:5061',
    'lb.yaml:4:13 listen.2.bind: found "udp:nowhere", expected transport:address:port such as udp:10.0.0.5:5060 or tls:[::1]:5061',
    'lb.yaml:4:26 listen.2.zoen: found an unknown key, expected one of bind, advertise, zone',
    'lb.yaml:7:59 dispatcher.sets.1.algorithm: found an empty list, expected the name of an algorithm such as round-robin',
    'lb.yaml:9:15 dispatcher.probe.interval: found "fast", expected a duration such as 500ms, 2s, 5m, or 0 for off',
    'lb.yaml:10:18 dispatcher.probe.replyCodes.0: found 99, expected a final status such as 404, or a range 480-489',
    'lb.yaml:11:18 failover.on.0: found 603, expected transport-error, no-response, 408, 500, 502, 503, 504 or 5xx (a 6xx ends every search)',
    'lb.yaml:11:37 failover.maxAttempts: found 0, expected a whole number from 1 to 100',
    'lb.yaml:12:8 route: found "first", expected a list of rules',
    'lb.yaml:13:10 profile: found "closed", expected one of edge, open',
    'lb.yaml:14:20 limits.headers: found "many", expected a whole number from 16',
    'lb.yaml:15:1 tsl: found an unknown key, expected one of listen, zones, dispatcher, failover, route, workers, supervised, domains, profile, secret, timers, dns, limits, tls, webSocket, acl, auth, rateLimit, flood, scanners, topologyHiding, admin, trace, hep, callRecords, drain, log',
  ])
})

test('TLS wants its section, and files that can be used', () => {
  expect(faultsOf(valid.replace('udp:', 'tls:'))).toEqual([
    'lb.yaml:2:5 listen.0: found "tls:127.0.0.1:5060", expected the section tls, which says where the certificate is',
  ])
  const faults = faultsOf(`${valid}tls: { certificate: nowhere.pem, key: nowhere.key }\n`)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(
    /^lb\.yaml:6:6 tls: found .*nowhere\.pem.*ENOENT.*, expected certificates/,
  )
})

test('what is missing is named', () => {
  expect(faultsOf('zones: {}')).toEqual([
    'lb.yaml:1:1 listen: found nothing, expected a list of listeners such as udp:127.0.0.1:5060',
    'lb.yaml:1:1 dispatcher: found nothing, expected a map of keys and values',
  ])
  expect(faultsOf('')).toEqual(['lb.yaml: found null, expected a map of keys and values'])
})

test('a file that cannot be read is one fault', () => {
  const loaded = loadConfig(join(folder, 'absent.yaml'))
  expect(loaded.kind).toBe('faults')
  expect('faults' in loaded && loaded.faults.map(formatFault)[0]).toMatch(
    /absent\.yaml: found ENOENT.*, expected a readable file$/,
  )
})

test('what --set got wrong is told as such', () => {
  expect(faultsOf(valid, ['failover.noResponse=soon'])).toEqual([
    '--set failover.noResponse: found "soon", expected a duration such as 500ms, 2s, 5m',
  ])
})

test('a listener stands once', () => {
  const text = valid.replace('listen:', 'listen:\n  - udp:127.0.0.1:5060')
  expect(faultsOf(text)).toEqual([
    'lb.yaml:3:5 listen.1: found "udp:127.0.0.1:5060", expected each listener once',
  ])
})

test('a destination is a SIP URI; by sips it is reached from a tls: listener', () => {
  const text = valid.replace("['sip:10.0.1.10:5060']", "[10.0.1.10, { uri: 'sips:a' }]")
  expect(faultsOf(text)).toEqual([
    'lb.yaml:5:25 dispatcher.sets.1.destinations.0: found "10.0.1.10", expected a SIP URI such as sip:10.0.1.10:5060;transport=tcp',
    'lb.yaml:5:36 dispatcher.sets.1.destinations.1: found "sips:a", expected a tls: listener to reach it from',
  ])
})

test('an algorithm is one that exists', () => {
  const text = valid.replace('1: {', '1: { algorithm: fastest,')
  expect(faultsOf(text)).toEqual([
    expect.stringMatching(
      /^lb\.yaml:5:21 dispatcher\.sets\.1\.algorithm: found "fastest", expected one of .*round-robin/,
    ),
  ])
})

test('a rule names a set that exists, and so does the default rule', () => {
  expect(faultsOf(`${valid}route:\n  - { set: 2 }\n`)).toEqual([
    'lb.yaml:7:12 route.0.set: found 2, expected the id of a set: 1',
  ])
  expect(faultsOf(valid.replace(' 1:', ' media:'))).toEqual([
    'lb.yaml:1:1 route: found nothing, expected a rule: the default one names set 1, and there are media',
  ])
})

test('sets of a dispatcher.list count, its path starts at the file', () => {
  writeFileSync(join(folder, 'd.list'), '2 sip:10.0.2.10:5060\n2 sip:10.0.2.11:5060\n')
  const text = `${valid}  source: { file: d.list }\nroute: [{ set: 2 }]\n`
  expect(configOf(text).sets.map(({ id, destinations }) => [id, destinations.length])).toEqual([
    ['1', 1],
    ['2', 2],
  ])
})

test('a dispatcher.list that cannot be read is a fault of its key', () => {
  expect(faultsOf(`${valid}  source: { file: absent.list }\n`)).toEqual([
    expect.stringMatching(
      /^lb\.yaml:6:19 dispatcher\.source\.file: found "absent\.list" \(ENOENT.*\), expected a readable dispatcher\.list$/,
    ),
  ])
})

test('a bad line of a strict list is a fault with its number', () => {
  writeFileSync(join(folder, 'bad.list'), '1 sip:10.0.2.10:5060\n1\n')
  const faults = faultsOf(`${valid}  source: { file: bad.list, strict: true }\n`)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(/bad\.list:2/)
})

test('no destination anywhere is a fault', () => {
  expect(faultsOf(valid.replace(/sets:.*/s, 'sets: {}\n'))).toContain(
    'lb.yaml:4:3 dispatcher: found no set, expected sets, or a source',
  )
})

function configOf(text: string): Config {
  const loaded = parseConfig(join(folder, 'lb.yaml'), text)
  if (loaded.kind === 'faults') throw new Error(loaded.faults.map(formatFault).join('\n'))
  return loaded.config
}

function faultsOf(text: string, overrides: readonly string[] = []): readonly string[] {
  const loaded = parseConfig(join(folder, 'lb.yaml'), text, overrides)
  if (loaded.kind === 'config') return []
  return loaded.faults.map((fault) => formatFault(fault).replaceAll(`${folder}/lb.yaml`, 'lb.yaml'))
}
