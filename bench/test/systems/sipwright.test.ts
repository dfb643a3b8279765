import { expect, test } from '@jest/globals'
import { callsOverUdp } from '#src/load/workload.js'
import { configurationFor } from '#src/systems/sipwright.js'

const job = { workload: callsOverUdp, port: 5060, backends: [5070, 5072], cpu: 0, workers: 1 }

test("the configuration is the sample's default but for addresses and probing", () => {
  expect(configurationFor(job).split('\n')).toEqual([
    "listen: ['udp:127.0.0.1:5060']",
    'dispatcher:',
    "  sets: { 1: { algorithm: round-robin, destinations: ['sip:127.0.0.1:5070', 'sip:127.0.0.1:5072'] } }",
    '  probe: { interval: 0s }',
    'log: { level: info, format: json }',
    '',
  ])
})

test('a workload over TCP is TCP on both sides', () => {
  const text = configurationFor({ ...job, workload: { ...callsOverUdp, transport: 'tcp' } })
  expect(text).toContain("listen: ['tcp:127.0.0.1:5060']")
  expect(text).toContain("'sip:127.0.0.1:5072;transport=tcp'")
})

test('further sections stand in it as they are', () => {
  expect(configurationFor(job, ['profile: open']).split('\n')).toContain('profile: open')
})
