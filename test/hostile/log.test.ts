/** What strangers write into messages stands in the log as text, never as a line or a command to a terminal. security.md §3 row 23 */
import { afterEach, expect, test } from '@jest/globals'
import { Balancer } from '../system/balancer.js'
import { freePort } from '../system/free-ports.js'
import { stopAll } from '../system/processes.js'
import { RawPeer, requestText, responseText } from './raw-peer.js'

afterEach(stopAll)

/** Line ends, what terminals obey, what ends JSON early, what turns text around (as UTF-8). */
const evil = [
  ...[
    '\x1b[2J\x1b]0;owned\x07',
    '\r{"level":60,"msg":"forged"}',
    '\n{"level":60,"msg":"forged"}\n',
  ],
  ...[
    '\0',
    '\b\b\b',
    '\x7f',
    '\x9b2J',
    '\xc2\x9b2J',
    '"}\\"',
    '\xe2\x80\xae',
    '\xe2\x80\xa8',
    '%s%d%o',
  ],
]

/** Every place of a message that a log line may quote. */
function messages(text: string, sentBy: string): readonly string[] {
  const good = { callId: `log-${Math.random()}`, sentBy }
  const bad = [
    requestText({ ...good, method: `INV${text}ITE` }),
    requestText({ ...good, uri: `sip:b${text}@example.com` }),
    requestText({ ...good, callId: `a${text}b` }),
    requestText({ ...good, to: `"${text}" <sip:b@example.com>` }),
    requestText({ ...good, to: `"${text}" <sip:b@example.com>;;` }),
    requestText({ ...good, viaParams: `;x=${text}` }),
    requestText({ ...good, branch: `z9hG4bK${text}` }),
    requestText({ ...good, sentBy: `host${text}` }),
    requestText({ ...good, more: [`X${text}: y`] }),
    requestText({ ...good, more: [`User-Agent: friendly-scanner${text}`] }),
    requestText({ ...good, more: [`Max-Forwards: ${text}`] }),
    requestText({ ...good, more: [`Content-Length: ${text}`] }),
    requestText({ ...good, more: [`Contact: <sip:a@[${text}]>`, `Route: <sip:${text};lr>`] }),
    requestText(good).replace('SIP/2.0\r\n', `SIP/${text}\r\n`),
    requestText(good).replace('CSeq: 1 ', `CSeq: 1${text} `),
    responseText(`200 ${text}`, requestText(good)),
    `${text}\r\n\r\n`,
  ]
  return [requestText(good), ...bad]
}

/** Sends it all to a balancer that writes everything down; its log. */
async function logged(format: 'json' | 'pretty'): Promise<string> {
  const port = await freePort()
  const backend = await RawPeer.at('127.0.4.4')
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}', 'tcp:127.0.0.1:${port}']
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.4.4:${backend.port}'] } }
  probe: { interval: 0 }
flood: { threshold: 60000 }
limits: { refusalsPerSecond: 0 }
log: { level: debug, format: ${format} }
`,
  })
  const stranger = await RawPeer.at('127.0.5.5')
  for (const text of evil) {
    for (const message of messages(text, `127.0.5.5:${stranger.port}`)) {
      stranger.send(message, port)
      // As slow as one reads: the kernel may drop what comes too fast, and a dropped message proves nothing.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const callId = `end-of-${evil.indexOf(text)}`
    const uri = `sip:127.0.0.1:${port}`
    stranger.send(requestText({ method: 'OPTIONS', uri, callId, sentBy: 'x.invalid' }), port)
    await stranger.hear(new RegExp(`^SIP/2.0 200[^]*${callId}`))
  }
  await balancer.stop()
  stranger.close()
  backend.close()
  return Buffer.from(balancer.process.output, 'latin1').toString('utf8')
}

/** Controls of ASCII and of Latin-1, and what Unicode changes the order or the end of a line by. */
const obeyed = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

test('in JSON: every line is one object of ours, and no octet in it is obeyed by a terminal', async () => {
  const log = await logged('json')
  const lines = log.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(evil.length * 10)
  for (const line of lines) {
    const { level, msg } = JSON.parse(line) as { level: number; msg: string }
    expect([level, msg]).not.toEqual([60, 'forged'])
  }
  expect(lines.filter((line) => obeyed.test(line))).toEqual([])
}, 60_000)

test('for people: every line begins as ours do, and no octet in it is obeyed by a terminal', async () => {
  const log = await logged('pretty')
  const lines = log.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(evil.length * 10)
  expect(lines.filter((line) => obeyed.test(line))).toEqual([])
  expect(lines.filter((line) => /^\s*(?:\{|\[.*forged)/.test(line))).toEqual([])
}, 60_000)
