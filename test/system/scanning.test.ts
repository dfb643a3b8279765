/** The scanner that everybody uses, against the sample as it stands without a word about security. security.md §3 rows 1, 2 */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { RunningProcess, stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { SipCaller } from './sip-caller.js'

afterEach(stopAll)

let port: number
let backend: SipBackend

beforeEach(async () => {
  const behind = await freePort()
  port = await freePort()
  backend = await SipBackend.at(behind)
  await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher: { sets: { 1: { destinations: ['sip:127.0.0.1:${behind}'] } }, probe: { interval: 0 } }
`,
  })
})
afterEach(() => backend.close())

/** What one of its tools prints; the caller beside it is served all the while. */
async function scanned(tool: string, ...args: string[]): Promise<string> {
  const process = new RunningProcess(tool, args)
  const caller = await SipCaller.to(port)
  expect((await caller.call()).status).toBe(200)
  await process.exited
  expect((await caller.call()).status).toBe(200)
  caller.close()
  return process.output
}

test('svmap finds nothing', async () => {
  expect(await scanned('svmap', '-p', String(port), '127.0.0.1')).toMatch(/found nothing/)
}, 60_000)

test.each(['REGISTER', 'INVITE', 'OPTIONS'])(
  'svwar learns of no extension by %s, and no backend hears of it',
  async (method) => {
    const args = ['-e100-109', '-m', method, '-p', String(port), '--maximumtime=5', '127.0.0.1']
    expect(await scanned('svwar', ...args)).not.toMatch(/\| *10\d/)
    const heard = backend.requests.filter(({ callId }) => !/^\d+-\d+$/.test(callId))
    expect(heard).toEqual([])
  },
  60_000,
)
