import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, jest, test } from '@jest/globals'
import { run } from './process.js'

jest.setTimeout(60_000)

const folder = mkdtempSync(join(tmpdir(), 'sample-lb-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('an unknown option is refused with one line and exit status 2', async () => {
  const { status, stdout, stderr } = await run('--conifg', 'lb.yaml')
  expect([status, stdout, stderr]).toEqual([2, '', "Unknown option '--conifg'\n"])
})

test('--help, --version and --schema are answered on standard output', async () => {
  expect((await run('--help')).stdout).toMatch(/^Usage: /)
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  const { status, stdout } = await run('--schema')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toHaveProperty('properties.listen')
})

test('--check accepts the example and prints its routes and sets', async () => {
  const example = fileURLToPath(new URL('../../sample-lb.yaml', import.meta.url))
  const { status, stdout, stderr } = await run('--config', example, '--check')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout.split('\n').slice(1)).toEqual([
    'listen',
    '  udp:127.0.0.1:5060 (public)',
    '  tcp:127.0.0.1:5060 (public)',
    'workers',
    '  1',
    'routes',
    '  1. user 00*, INVITE → set 2',
    '  2. any user, INVITE, SUBSCRIBE, MESSAGE → set media',
    '  3. any user, any method → set 1',
    '     otherwise 404',
    'sets',
    '  media (round-robin, 3 destinations)',
    '    sip:10.0.1.10:5060',
    '    sip:10.0.1.11:5060',
    '    sip:10.0.1.12:5060;transport=tcp id=fs3',
    '  1 (round-robin, 2 destinations)',
    '    sip:10.0.1.20:5060 id=as1 priority=10 weight=50',
    '    sip:10.0.1.21:5060 id=as2 priority=10 weight=50',
    '  2 (round-robin, 2 destinations)',
    '    sip:192.0.2.10:5060 priority=10 weight=50',
    '    sip:192.0.2.11:5060 priority=5 weight=50',
    'failover',
    '  on 503, transport-error, no-response; at most 3 destinations',
    '  a destination may be silent for 2s',
    '  no usable destination: 503',
    'probe',
    '  OPTIONS every 10s to all, answered within 2s by 200-299, 404, inactive after 3 failures, active after 1 successes',
    '',
  ])
})

test('--check lists every fault, one line each, exit status 2', async () => {
  const path = join(folder, 'lb.yaml')
  writeFileSync(path, 'listen: [sctp:127.0.0.1:5061]\ncluster: {}\n')
  const { status, stdout, stderr } = await run('--config', path, '--check')
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr.split('\n').map((line) => line.replace(path, 'lb.yaml'))).toEqual([
    'lb.yaml:1:1 dispatcher: found nothing, expected a map of keys and values',
    expect.stringMatching(
      /^lb\.yaml:1:10 listen\.0: found "sctp:127\.0\.0\.1:5061", expected transport:address:port/,
    ),
    expect.stringMatching(/^lb\.yaml:2:1 cluster: found an unknown key, expected one of listen, /),
    '',
  ])
})
