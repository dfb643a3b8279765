/** The code that stands in README.md compiles, runs, and does what README.md says. */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { createApp } from '@sipwright/framework'
import { dispatcher } from '@sipwright/plugin-dispatcher'
import { LoadBalancer } from './readme-example.js'
import { repository } from './repository.js'

const readme = readFileSync(`${repository}/README.md`, 'utf8')
const quiet = { error() {}, warn() {}, info() {}, debug() {} }

test('the load balancer in README.md is the one that is tested here', () => {
  const example = readFileSync(`${repository}/test/documents/readme-example.ts`, 'utf8')
  expect(readme).toContain('```ts\n' + example + '```')
})

test('a silent gateway costs two seconds, then the other one answers', async () => {
  const app = await createApp({
    plugins: [
      dispatcher({
        sets: {
          gateways: {
            algorithm: 'round-robin',
            destinations: ['sip:10.0.1.10', 'sip:10.0.1.11'],
          },
        },
      }),
    ],
    routes: [LoadBalancer],
    log: quiet,
  })
  const call = await app.inject(
    { method: 'INVITE', uri: 'sip:bob@example.com' },
    {
      backends: {
        'sip:10.0.1.10': 'timeout',
        'sip:10.0.1.11': [{ status: 180 }, { status: 200, afterMs: 3_000 }],
      },
    },
  )
  expect([call.status, call.elapsedMs]).toEqual([200, 5_000])
})
