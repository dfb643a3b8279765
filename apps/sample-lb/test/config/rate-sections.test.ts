import { expect, test } from '@jest/globals'
import { parseConfig } from '#src/config/load.js'
import { rateLimitingOptions } from '#src/config/rate-sections.js'

function options(more = '') {
  const text = `listen: [udp:127.0.0.1:0]\ndispatcher: { sets: { 1: { destinations: ['sip:a'] } } }\n${more}`
  const loaded = parseConfig('lb.yaml', text)
  if (loaded.kind === 'faults') throw new Error(JSON.stringify(loaded.faults))
  return rateLimitingOptions(loaded.config)
}

test('without a word floods are banned and scanners dropped; nobody on this machine is banned', () => {
  expect(options()).toMatchObject({
    ...{ limits: [], flood: { threshold: 300, windowMs: 2_000, banMs: 120_000 } },
    ...{ scanners: { action: 'drop' }, trusted: ['127.0.0.0/8', '::1/128'] },
  })
})

test('what is written holds for everybody outside', () => {
  const written = options(
    [
      'rateLimit:',
      '  - { per: source, rate: 50/s, burst: 100, methods: [INVITE, REGISTER] }',
      '  - { per: global, rate: 600/m, action: drop }',
      'flood: { threshold: 50, window: 1s, ban: 10m, maxSources: 500 }',
      'scanners: { action: off }',
    ].join('\n'),
  )
  expect(written).toMatchObject({
    limits: [
      { per: 'source', perSecond: 50, burst: 100, methods: ['INVITE', 'REGISTER'] },
      { per: 'global', perSecond: 10, action: 'drop' },
    ],
    flood: { threshold: 50, windowMs: 1_000, banMs: 600_000 },
    ...{ maxBans: 500, trusted: [] },
  })
  expect(written.scanners).toBeUndefined()
})
