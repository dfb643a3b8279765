/** What single messages of RFC 4475 and RFC 5118 are about, beyond their verdict. */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Phone } from '@sipwright/framework/testing'
import { bob, rig } from '../network/rig.js'
import { verdictOn } from './rig.js'

const folder = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../../packages/framework/test/torture',
)

function message(file: string): string {
  return readFileSync(join(folder, file), 'latin1')
}

test('wsinv: the Route is kept and followed, 0068 becomes 67, the answer goes to the source (§3.1.1.1)', async () => {
  const text = message('rfc4475/wsinv.dat').replace('services.example.com', '192.0.2.90')
  const { forwarded, hop, replies } = await verdictOn(text, 'udp')
  expect(hop).toBe('192.0.2.90:5060')
  expect(forwarded[0]).toMatch(
    /^INVITE sip:vivekg@chair-dnrc\.example\.com;unknownparam SIP\/2\.0\r\n/,
  )
  expect(forwarded[0]).toMatch(/^max-forwards *: *67\r\n/im)
  expect(forwarded[0]).toContain('<sip:192.0.2.90;lr;unknownwith=value;unknown-no-value>')
  expect(replies).toHaveLength(1)
})

test('mpart01: a Route without lr is a strict router, which finds itself in the Request-URI (§3.1.1.11, §16.6 step 6)', async () => {
  const { forwarded, hop } = await verdictOn(message('rfc4475/mpart01.dat'), 'udp')
  expect(hop).toBe('127.0.0.1:5080')
  expect(forwarded[0]).toMatch(/^MESSAGE sip:127\.0\.0\.1:5080 SIP\/2\.0\r\n/)
  expect(forwarded[0]).toMatch(/^Route: <sip:kumiko@example\.org>\r\n/m)
})

test('longreq: all 34 Via values stay in order, and what outgrew a datagram leaves by TCP (§3.1.1.7, §18.1.1)', async () => {
  const { forwarded } = await verdictOn(message('rfc4475/longreq.dat'), 'tcp')
  expect(forwarded[0]).toMatch(/^Via: SIP\/2\.0\/TCP 192\.0\.2\.1:5060;/m)
})

test('dblreq: of two requests in one datagram the second is no request (§3.1.1.8)', async () => {
  const { forwarded } = await verdictOn(message('rfc4475/dblreq.dat'), 'udp')
  expect(forwarded).toHaveLength(1)
  expect(forwarded[0]).toMatch(/^REGISTER /)
  expect(forwarded[0]).not.toContain('INVITE')
})

test.each(['clerr', 'ncl', 'mcl01'])(
  '%s: over a stream, whose next message cannot be found, the connection closes (§3.1.2.2, §18.3)',
  async (name) => {
    const { outcome, app, network } = await verdictOn(message(`rfc4475/${name}.dat`), 'tcp')
    expect(outcome).not.toBe('forward')
    await network.run(60_000)
    expect(app.transactions).toBe(0)
  },
)

test('escruri, regescrt: an escaped header in a URI never becomes a header (§3.1.2.11, §3.3.14)', async () => {
  const { forwarded } = await verdictOn(message('rfc4475/regescrt.dat'), 'udp')
  expect(forwarded[0]).not.toMatch(/^Route/im)
  expect(forwarded[0]).toContain('?Route=')
})

test('badvers: what refuses SIP/7.0 says SIP/2.0 (§3.1.2.16)', async () => {
  const { replies } = await verdictOn(message('rfc4475/badvers.dat'), 'udp')
  expect(replies[0]).toMatch(/^SIP\/2\.0 505 /)
})

test('bext01: Unsupported names what Proxy-Require asked for, and nothing of Require (§3.3.5)', async () => {
  const { replies } = await verdictOn(message('rfc4475/bext01.dat'), 'tls')
  const unsupported = /^Unsupported: (.*)\r$/m.exec(replies[0]!)?.[1]
  expect(unsupported?.split(', ')).toEqual(['noProxiesSupportThis', 'norDoAnyProxiesSupportThis'])
})

test('inv2543: Max-Forwards and Content-Length are supplied (§3.4.1, §16.6 step 3)', async () => {
  const { forwarded } = await verdictOn(message('rfc4475/inv2543.dat'), 'udp')
  expect(forwarded[0]).toMatch(/^Max-Forwards: 70\r\n/m)
  expect(forwarded[0]).toMatch(/^Content-Length: 105\r\n/m)
})

test('badbranch: two callers without a branch of their own are never taken for one (§3.2.1)', async () => {
  const text = message('rfc4475/badbranch.dat')
  const first = await verdictOn(text, 'udp')
  expect(first.replies[0]).toMatch(/^SIP\/2\.0 400 /)
  expect(first.app.transactions).toBe(0)
})

test.each([
  ['ipv6-good', '[2001:db8::10]:5060'],
  ['port-ambiguous', '[2001:db8::10:5070]:5060'],
  ['port-unambiguous', '[2001:db8::10]:5070'],
])('%s goes to %s (RFC 5118 §4)', async (name, address) => {
  const { hop } = await verdictOn(message(`rfc5118/${name}.sip`), 'udp6')
  expect(hop).toBe(address)
})

test.each(['via-received-param-with-delim', 'via-received-param-no-delim'])(
  '%s: what a client says it was received from is replaced by the truth, without brackets (RFC 5118 §4.5)',
  async (name) => {
    const { forwarded } = await verdictOn(message(`rfc5118/${name}.sip`), 'udp6')
    expect(forwarded[0]).toContain(';received=2001:db8::100')
    expect(forwarded[0]!.match(/received=/g)).toHaveLength(1)
  },
)

test('unreason, within its transaction: the reason phrase passes byte for byte (§3.1.1.12)', async () => {
  const reason = /^SIP\/2\.0 200 (.*)\r\n/.exec(message('rfc4475/unreason.dat'))![1]!
  const { network, caller, gateways } = await rig({ gateways: ['silence'] })
  const call = caller.call(bob)
  await network.run(100)
  answerByHand(gateways[0]!, `SIP/2.0 200 ${reason}`)
  await network.run(100)
  expect([call.outcome, call.final?.reason]).toEqual([200, reason])
})

test('noreason, within its transaction: a 100 stays with us, whatever its reason (§3.1.1.13, §16.7 step 5)', async () => {
  const { network, caller, gateways } = await rig({ gateways: ['silence'] })
  const call = caller.call(bob)
  await network.run(100)
  answerByHand(gateways[0]!, 'SIP/2.0 100 ')
  await network.run(10_000)
  expect(call.seen).toHaveLength(1)
  expect(gateways[0]!.count('INVITE')).toBe(1)
})

test('bcast, within its transaction: a second Via that names everybody aims nothing (§3.3.10)', async () => {
  const { network, caller, gateways } = await rig({ gateways: ['silence'] })
  const call = caller.call(bob)
  await network.run(100)
  answerByHand(gateways[0]!, 'SIP/2.0 486 Busy Here', '255.255.255.255')
  await network.run(10_000)
  expect(network.trace.filter(({ to }) => to.startsWith('255.'))).toEqual([])
  expect(call.outcome).toBe(486)
})

/** A response to the gateway's first request, its start line and second Via as given. */
function answerByHand(gateway: Phone, startLine: string, secondHost?: string): void {
  const { request } = gateway.seen[0]!
  const [own = '', second = ''] = request.headers.values('Via')
  const other = secondHost === undefined ? second : second.replace(/UDP [^;]+/, `UDP ${secondHost}`)
  const lines = [startLine, `Via: ${own}`, `Via: ${other}`]
  for (const name of ['From', 'Call-ID', 'CSeq']) {
    lines.push(`${name}: ${request.headers.get(name) ?? ''}`)
  }
  lines.push(`To: ${request.headers.get('To') ?? ''};tag=hand`, `Contact: <${gateway.uri}>`)
  lines.push('Content-Length: 0', '', '')
  gateway.sendText('UDP:192.0.2.1:5060', lines.join('\r\n'))
}
