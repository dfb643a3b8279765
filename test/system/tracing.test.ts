/** Traces and HEP3 as others read them: tshark opens what is exported, sngrep takes what is sent. operations.md §4.4 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { RunningProcess, stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { SipCaller } from './sip-caller.js'
import { temporaryFolder } from './temporary-folder.js'

afterEach(stopAll)

/** One call: the first backend refuses, the second one answers. */
async function failedOverCall(sections: string) {
  const [port, first, second] = [await freePort(), await freePort(), await freePort()]
  const ends = [
    await SipBackend.at(first, { invite: '503 Service Unavailable' }),
    await SipBackend.at(second),
  ]
  await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  sets:
    1:
      algorithm: priority
      destinations:
        - { uri: 'sip:127.0.0.1:${first}', id: fs1, priority: 9 }
        - { uri: 'sip:127.0.0.1:${second}', id: fs2, priority: 5 }
  probe: { interval: 0s }
${sections}
`,
  })
  const caller = await SipCaller.to(port)
  const { status, call } = await caller.call()
  expect(status).toBe(200)
  expect(await caller.bye(call!)).toBe(200)
  for (const end of [...ends, caller]) end.close()
  return { port, first, second }
}

/** What tshark reads of a capture: one line per packet, fields with tabs. */
function tshark(capture: Buffer, fields: readonly string[], ...options: string[]): string[] {
  const file = join(temporaryFolder('capture'), 'call.pcap')
  writeFileSync(file, capture)
  const wanted = fields.flatMap((field) => ['-e', field])
  const args = ['-n', '-r', file, ...options, '-T', 'fields', ...wanted]
  const { status, stdout, stderr } = spawnSync('tshark', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.replace(/\n$/, '').split('\n')
}

test("a failed-over call's capture shows both legs in tshark", async () => {
  const http = await freePort()
  const { port, first, second } = await failedOverCall(
    `admin: { listen: '127.0.0.1:${http}' }\ntrace: {}`,
  )
  const url = `http://127.0.0.1:${http}/api/v1/traces`
  const { traces } = (await (await fetch(url)).json()) as { traces: { id: string }[] }
  expect(traces).toMatchObject([{ state: 'ended', status: 200, attempts: 2, destination: 'fs2' }])
  const answer = await fetch(`${url}/${traces[0]!.id}/pcap`)
  const capture = Buffer.from(await answer.arrayBuffer())
  const ports = [`-d`, `udp.port==${port},sip`]
  const fields = ['udp.srcport', 'udp.dstport', 'sip.CSeq.method', 'sip.Status-Code']
  const seen = tshark(capture, fields, ...ports).map((line) => line.split('\t'))
  const caller = seen[0]![0]!
  const names = new Map([
    [caller, 'caller'],
    ...([port, first, second] as const).map(
      (each, index) => [String(each), ['edge', 'fs1', 'fs2'][index]!] as const,
    ),
  ])
  const arrows = seen.map(([from = '', to = '', method = '', status = '']) =>
    `${names.get(from)} ${names.get(to)} ${method} ${status}`.trim(),
  )
  expect(arrows.slice(0, 6)).toEqual([
    'caller edge INVITE',
    'edge caller INVITE 100',
    'edge fs1 INVITE',
    'fs1 edge INVITE 503',
    'edge fs1 ACK',
    'edge fs2 INVITE',
  ])
  expect(arrows).toEqual(
    expect.arrayContaining(['fs2 edge INVITE 200', 'edge caller INVITE 200', 'edge fs2 BYE']),
  )
  const checked = ['ip.checksum.status', 'udp.checksum.status']
  const options = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', ...ports]
  expect(new Set(tshark(capture, checked, ...options))).toEqual(new Set(['1\t1']))
}, 60_000)

test('sngrep, as a collector that asks for a password, takes both legs from HEP3 packets', async () => {
  const at = await freePort()
  const folder = temporaryFolder('collector')
  const [settings, file] = [join(folder, 'sngreprc'), join(folder, 'heard.pcap')]
  writeFileSync(settings, 'set eep.listen.pass open-sesame\n')
  const listening = ['-L', `udp:127.0.0.1:${at}`, '-O', file]
  const collector = new RunningProcess('sngrep', ['-F', '-f', settings, '-N', ...listening])
  await collector.printed(/Dialog count/)
  const { port, first } = await failedOverCall(
    `hep: { server: 'udp:127.0.0.1:${at}', captureId: 4711, password: open-sesame }`,
  )
  await collector.printed(/Dialog count: 1/)
  // The last messages leave a moment after they were seen.
  await new Promise((resolve) => setTimeout(resolve, 300))
  process.kill(collector.pid, 'SIGINT')
  await collector.exited
  const fields = ['udp.srcport', 'udp.dstport', 'sip.CSeq.method', 'sip.Status-Code']
  const lines = tshark(readFileSync(file), fields, '-d', `udp.port==${port},sip`)
  expect(lines).toContain(`${port}\t${first}\tINVITE\t`)
  expect(lines).toContain(`${first}\t${port}\tINVITE\t503`)
  expect(lines.filter((line) => line.includes('BYE'))).toHaveLength(4)
}, 60_000)
