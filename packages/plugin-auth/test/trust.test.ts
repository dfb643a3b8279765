/** Header fields that only those who trust each other exchange. RFC 3325, RFC 3323; security.md §0.4 */
import { expect, test } from '@jest/globals'
import { Phone } from '@sipwright/framework/testing'
import { defaultTrustHeaders } from '#src/trust/trust-headers.js'
import { type AuthInput } from '#src/config.js'
import { answerTo } from './digest/client.js'
import { alice, bob, challenge, realm, rig, type Rig } from './rig.js'

const lies = Object.fromEntries(
  defaultTrustHeaders.map((name, index) => [
    // As strangers write names: any case, white space before the colon is no part of it.
    index % 2 === 0 ? name.toLowerCase() : name,
    '<sip:ceo@example.com>',
  ]),
)
const asserted = 'P-Asserted-Identity'
const users = { alice: { password: alice.password } }
const digest = { realm, methods: ['INVITE'], users }

async function callIn(made: Rig, headers: Readonly<Record<string, string>>) {
  const call = made.caller.call(bob, { headers })
  await made.network.run(100)
  expect(call.outcome).toBe(200)
  return { call, callee: made.gateway.invitations.at(-1)! }
}

async function asAlice(config: AuthInput, headers: Readonly<Record<string, string>> = {}) {
  const made = await rig({ config })
  const credentials = answerTo(await challenge(made), alice, { method: 'INVITE', uri: bob })
  const { callee, call } = await callIn(made, { 'Proxy-Authorization': credentials, ...headers })
  return { made, callee, call }
}

test('what a stranger says of himself reaches neither routes nor backends, ACK and re-INVITE included', async () => {
  const made = await rig({ config: {} })
  const { call, callee } = await callIn(made, { ...lies, Diversion: '<sip:x@y>' })
  const [first] = made.gateway.seen
  for (const name of defaultTrustHeaders)
    expect([name, first!.request.headers.get(name)]).toEqual([name, undefined])
  expect(callee.request.headers.get('Diversion')).toBe('<sip:x@y>')
  call.send('INFO', { headers: lies })
  // An ACK is never answered: it is resent until the test's time is over, and that does not matter.
  made.caller.sendWithin(call.dialogs[0]!, 'ACK', { cseq: 1, headers: lies })
  await made.network.run(100)
  expect(made.gateway.count('INFO')).toBe(1)
  expect(made.gateway.count('ACK')).toBe(2)
  for (const { request } of made.gateway.seen) {
    expect(defaultTrustHeaders.filter((name) => request.headers.has(name))).toEqual([])
  }
})

test('towards our own the proven identity is asserted, whatever was claimed (RFC 3325 §5)', async () => {
  const { callee } = await asAlice({ digest }, lies)
  expect(callee.request.headers.getAll(asserted)).toEqual(['<sip:alice@example.com>'])
  expect(callee.request.headers.has('P-Preferred-Identity')).toBe(false)
  const uri = 'sip:+4930123@example.com;user=phone'
  const numbered = { ...digest, users: { alice: { password: alice.password, uri } } }
  const second = await asAlice({ digest: numbered })
  expect(second.callee.request.headers.get(asserted)).toBe(`<${uri}>`)
})

test('a user name that no URI may hold is escaped', async () => {
  const odd = { user: 'a b@c"', password: 'p' }
  const made = await rig({
    config: { digest: { ...digest, users: { [odd.user]: { password: 'p' } } } },
  })
  const given = await challenge(made)
  const credentials = answerTo(given, odd, {
    method: 'INVITE',
    uri: bob,
    forged: { username: '"a b@c\\""' },
  })
  const { callee } = await callIn(made, { 'Proxy-Authorization': credentials })
  expect(callee.request.headers.get(asserted)).toBe('<sip:a%20b@example.com>')
})

test('what one of our own says passes between our own', async () => {
  const made = await rig({ config: {} })
  const inside = await Phone.at(made.network, {
    at: 'UDP:10.0.0.5:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  inside.call(bob, { headers: { [asserted]: '<sip:boss@example.com>' } })
  await made.network.run(100)
  expect(made.gateway.invitations[0]!.request.headers.get(asserted)).toBe('<sip:boss@example.com>')
})

test.each([
  [false, undefined, []],
  [true, undefined, ['<sip:boss@example.com>']],
  [true, 'none', ['<sip:boss@example.com>']],
  [true, 'header;id', []],
  [true, 'ID', []],
] as const)(
  'towards strangers: disclosed %s, Privacy %s (RFC 3325 §7)',
  async (discloses, privacy, expected) => {
    const made = await rig({
      config: { trust: { discloses } },
      gateway: {
        answer: [
          {
            status: 200,
            headers: {
              [asserted]: '<sip:boss@example.com>',
              ...(privacy && { Privacy: privacy }),
              'P-Charging-Vector': 'x',
            },
          },
        ],
      },
    })
    const { call, callee } = await callIn(made, {})
    expect(call.final!.headers.getAll(asserted)).toEqual(expected)
    expect(call.final!.headers.has('P-Charging-Vector')).toBe(false)
    made.gateway.sendWithin(callee.dialog!, 'INFO', {
      headers: {
        [asserted]: '<sip:boss@example.com>',
        ...(privacy && { Privacy: privacy }),
        'P-Charging-Vector': 'x',
      },
    })
    await made.network.run(100)
    const info = made.caller.seen.find(({ request }) => request.method === 'INFO')!.request
    expect(info.headers.getAll(asserted)).toEqual(expected)
    expect(info.headers.has('P-Charging-Vector')).toBe(false)
  },
)

test('what a stranger answers says nothing, either', async () => {
  const headers = { [asserted]: '<sip:ceo@example.com>' }
  const made = await rig({ config: {}, caller: { answerWithin: [{ status: 200, headers }] } })
  const { callee } = await callIn(made, {})
  const info = callee.send('INFO')
  await made.network.run(100)
  expect(info.outcome).toBe(200)
  expect(info.final!.headers.has(asserted)).toBe(false)
})
