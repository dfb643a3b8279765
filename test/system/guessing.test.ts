/** Passwords guessed by the tool that everybody uses: its source is banned, others are served. security.md §3 row 3 */
import { afterEach, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { RunningProcess, stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { SipCaller } from './sip-caller.js'
import { Sipp } from './sipp.js'
import { allSuccessful } from './sipp-counts.js'
import { temporaryFolder } from './temporary-folder.js'

let backend: SipBackend | undefined

afterEach(async () => {
  backend?.close()
  await stopAll()
})

test('svcrack is banned after ten wrong passwords, finds none, and another source calls all the while', async () => {
  const [port, behind, from] = [await freePort(), await freePort(), await freePort()]
  backend = await SipBackend.at(behind)
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }
  probe: { interval: 0s }
auth:
  realm: example.com
  # SIPp 3.6 and svcrack read MD5 only.
  algorithms: [MD5]
  users: { alice: { password: wonderland } }
# Written, it is for whoever is on this machine, too.
flood: {}
# Else it gets no answer at all, by its name.
scanners: { action: off }
limits: { refusalsPerSecond: 0 }
log: { level: info, format: json }
`,
  })
  // The right one comes after the tenth wrong one.
  const words = Array.from({ length: 40 }, (_, index) => `guess-${index}`)
  const list = join(temporaryFolder('words'), 'words.txt')
  writeFileSync(list, [...words, 'wonderland', ...words].join('\n'))

  const caller = Sipp.call({
    ...{ scenario: 'authenticating-caller', address: '127.0.0.2', port: from },
    ...{ target: `127.0.0.1:${port}`, callsPerSecond: 10, calls: 80, holdMs: 50 },
    patienceMs: 5_000,
  })
  const cracker = new RunningProcess('svcrack', [
    ...['-u', 'alice', '-d', list, '-p', String(port), '--maximumtime=5', '127.0.0.1'],
  ])
  await cracker.exited
  expect(cracker.output).not.toContain('wonderland')
  expect(balancer.process.output).toMatch(/"source":"127\.0\.0\.1","reason":"10 wrong passwords"/)

  const banned = await SipCaller.to(port, 5_000)
  await expect(banned.call()).rejects.toThrow(/no answer/)
  banned.close()
  expect(await caller.finished()).toEqual(allSuccessful(80))
  expect(backend.requests.filter(({ method }) => method === 'REGISTER')).toEqual([])
}, 60_000)
