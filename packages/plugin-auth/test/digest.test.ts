/** Digest authentication at a whole edge. RFC 3261 §22, RFC 7616, RFC 8760; rows 2, 12 and 29 of the threats. */
import { expect, test } from '@jest/globals'
import { identity } from '@sipwright/framework'
import { Phone, testWorkers } from '@sipwright/framework/testing'
import { Auth } from '#src/auth.js'
import { ha1 } from '#src/digest/algorithm.js'
import { digest } from '#src/middleware.js'
import { type AccountInput } from '#src/users/account.js'
import { answerTo, challengesOf, paramsOf } from './digest/client.js'
import { alice, ask, bob, challenge, realm, respond, rig, type Rig } from './rig.js'

const users = { alice: { password: alice.password } }
const config = { digest: { realm, methods: ['INVITE', 'REGISTER', 'MESSAGE'], users } }
const stale = (response: Parameters<typeof challengesOf>[0]) =>
  challengesOf(response).map((each) => paramsOf(each)['stale'])
const faults = ({ failures }: Rig) => failures.map(({ fault }) => fault)

test('a stranger is asked, best algorithm first, by one packet of which nothing is kept (RFC 8760 §2.4)', async () => {
  const made = await rig({ config })
  const response = await ask(made, 'INVITE')
  expect(response.status).toBe(407)
  const challenges = challengesOf(response).map(paramsOf)
  expect(challenges).toMatchObject([
    { realm, algorithm: 'SHA-256', qop: 'auth' },
    { realm, algorithm: 'MD5', qop: 'auth' },
  ])
  expect(challenges[0]!['nonce']).toBe(challenges[1]!['nonce'])
  expect(made.app.transactions).toBe(0)
  expect(made.gateway.seen).toHaveLength(0)
  expect(made.failures).toHaveLength(0)
})

test.each(['SHA-256', 'MD5'])(
  'who knows the password is let in by %s, and routes know him',
  async (algorithm) => {
    const made = await rig({ config })
    const given = challengesOf(await ask(made, 'INVITE')).find((each) =>
      each.includes(`=${algorithm},`),
    )!
    expect((await respond(made, given)).status).toBe(200)
    expect(made.proven).toEqual([
      { user: 'alice', realm, uri: 'sip:alice@example.com', provenBy: 'digest' },
    ])
    expect(made.successes).toMatchObject([{ user: 'alice', method: 'INVITE' }])
    expect(made.successes[0]!.source.address).toBe('198.51.100.7')
  },
)

test('REGISTER is asked for the registrar (401), other methods for the proxy (407); what is not listed is not asked', async () => {
  const made = await rig({ config })
  expect((await ask(made, 'REGISTER')).headers.has('WWW-Authenticate')).toBe(true)
  expect((await ask(made, 'REGISTER')).status).toBe(401)
  expect((await ask(made, 'MESSAGE')).status).toBe(407)
  expect((await ask(made, 'OPTIONS')).status).toBe(200)
  const given = await challenge(made, 'REGISTER')
  expect((await respond(made, given, { method: 'REGISTER' })).status).toBe(200)
})

test.each([
  ['registrar', 401],
  ['proxy', 407],
] as const)('as a %s all methods are answered with %i', async (mode, status) => {
  const made = await rig({ config: { digest: { ...config.digest, mode } } })
  expect((await ask(made, 'INVITE')).status).toBe(status)
  expect((await ask(made, 'REGISTER')).status).toBe(status)
})

test('a wrong password and an unknown user get what everybody gets, byte for byte but for nonce and tags (row 2)', async () => {
  const made = await rig({ config })
  const given = await challenge(made)
  const answers = [
    await ask(made, 'INVITE'),
    await respond(made, given, { secrets: { user: 'alice', password: 'x' } }),
    await respond(made, given, { secrets: { user: 'nobody', password: 'x' } }),
  ]
  const shapes = answers.map(({ status, reason, headers }) => [
    status,
    reason,
    ...[...headers.entries()]
      .filter(([name]) => !['Via', 'From', 'To', 'Call-ID'].includes(name))
      .map(
        ([name, value]) =>
          `${name}: ${value.replace(/nonce="[^"]*"/, (found) => String(found.length))}`,
      ),
  ])
  expect(shapes[1]).toEqual(shapes[0])
  expect(shapes[2]).toEqual(shapes[0])
  expect(faults(made)).toEqual(['wrong', 'wrong'])
  expect(made.failures.map(({ user }) => user)).toEqual(['alice', 'nobody'])
})

test('known and unknown users cost the same number of computations, wherever users are kept (row 2)', async () => {
  const account: AccountInput = { ha1: { 'SHA-256': ha1('SHA-256', 'carol', realm, 'c') } }
  const asked: string[] = []
  const lookup = (user: string) => {
    asked.push(user)
    return user === 'carol' ? account : undefined
  }
  const made = await rig({ config: { digest: { ...config.digest, lookup } } })
  const { verifier } = made.app.resolve(Auth)
  const given = await challenge(made)
  // Carol is remembered from now on.
  expect((await respond(made, given, { secrets: { user: 'carol', password: 'c' } })).status).toBe(
    200,
  )
  const costs: unknown[] = []
  for (let round = 0; round < 200; round++) {
    const user = ['alice', 'carol', `nobody${round}`][round % 3]!
    const [before, questions] = [verifier.computations, asked.length]
    const secrets = { user, password: 'wrong' }
    const { status } = await respond(made, given, { secrets, nc: '00000002' })
    costs.push([status, verifier.computations - before, asked.length - questions])
  }
  expect(new Set(costs.map((each) => JSON.stringify(each)))).toEqual(new Set(['[407,2,1]']))
})

test.each([
  ['a replay', { nc: '00000001' }, 407, 'replay'],
  ['the count zero', { nc: '00000000' }, 407, 'replay'],
  ['the next count', { nc: '00000002' }, 200, undefined],
  ['a count far ahead', { nc: '0000ffff' }, 200, undefined],
  ['a wrong response', { forged: { response: `"${'0'.repeat(64)}"` } }, 407, 'wrong'],
  [
    'a forged nonce',
    { forged: { nonce: '"lq3k-abc-AAAAAAAAAAAAAAAAAAAAAA"' } },
    407,
    'forged-nonce',
  ],
  ['another realm', { forged: { realm: '"other.example"' } }, 407, undefined],
  ['another algorithm', { algorithm: 'SHA-512-256' }, 407, 'malformed'],
  ['auth-int, which is not offered', { qop: 'auth-int' }, 407, 'malformed'],
  ['credentials for another method', { forged: { response: `"${'1'.repeat(64)}"` } }, 407, 'wrong'],
  ['credentials for another URI', { uri: 'sip:carol@192.0.2.1' }, 400, 'wrong-uri'],
  ['a digest-uri that is none', { uri: 'nonsense' }, 400, 'wrong-uri'],
  ['a digest-uri with the port', { uri: 'sip:bob@192.0.2.1:5060' }, 200, undefined],
  ['a digest-uri without the user', { uri: 'sip:192.0.2.1' }, 200, undefined],
  ['a digest-uri of another host', { uri: 'sip:192.0.2.2' }, 400, 'wrong-uri'],
] as const)('%s after a first success (row 12)', async (_, chosen, status, fault) => {
  const made = await rig({ config })
  const given = await challenge(made)
  expect((await respond(made, given)).status).toBe(200)
  const response = await respond(made, given, { nc: '00000002', ...chosen })
  expect(response.status).toBe(status)
  expect(faults(made)).toEqual(fault === undefined ? [] : [fault])
  if (status === 407) expect(stale(response)).toEqual([undefined, undefined])
})

test('a nonce that has expired, and only that, is stale; with the new one the same password will do (row 12)', async () => {
  const made = await rig({ config: { digest: { ...config.digest, nonceLifetimeMs: 10_000 } } })
  const given = await challenge(made)
  await made.network.run(9_000)
  expect((await respond(made, given)).status).toBe(200)
  await made.network.run(1_500)
  const response = await respond(made, given, { nc: '00000002' })
  expect([response.status, stale(response)]).toEqual([407, ['true', 'true']])
  expect(made.failures).toEqual([])
  expect((await respond(made, challengesOf(response)[0]!)).status).toBe(200)
})

test('other workers and the app after a restart know a nonce; what one worker has seen used is used for all', async () => {
  const [one, two] = testWorkers(2)
  const first = await rig({ config, app: { worker: one! } })
  const second = await rig({ config, app: { worker: two! } })
  const restarted = await rig({ config })
  const given = await challenge(first)
  expect((await respond(second, given)).status).toBe(200)
  expect((await respond(first, given)).status).toBe(407)
  expect(faults(first)).toEqual(['replay'])
  expect((await respond(restarted, given, { nc: '00000002' })).status).toBe(200)
})

test('a nonce is bound to an address where that is asked for', async () => {
  const bound = { digest: { ...config.digest, bindAddress: true } }
  const made = await rig({ config: bound })
  const given = await challenge(made)
  expect((await respond(made, given)).status).toBe(200)
  const thief = await Phone.at(made.network, {
    at: 'UDP:203.0.113.5:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  const stolen = { caller: thief, network: made.network }
  expect((await respond(stolen, given, { nc: '00000002' })).status).toBe(407)
  expect(faults(made)).toEqual(['forged-nonce'])
})

test('ACK and CANCEL are never asked, not even by a route that asks for all (RFC 3261 §22.1)', async () => {
  const made = await rig({
    config: { digest: { realm, users, methods: ['*'], inDialog: true } },
    gateway: { answer: [{ status: 180 }, { status: 200, afterMs: 1_000 }] },
  })
  const { caller, network, gateway } = made
  const given = await challenge(made)
  const call = caller.call(bob, {
    headers: { 'Proxy-Authorization': answerTo(given, alice, { method: 'INVITE', uri: bob }) },
  })
  await network.run(500)
  call.cancel()
  await network.run(500)
  expect(call.cancellation?.final?.status).toBe(200)
  expect(call.outcome).toBe(487)
  expect(gateway.count('CANCEL')).toBe(1)
})

test('requests within a dialog are asked if so configured, and only the stranger’s', async () => {
  for (const inDialog of [false, true]) {
    const made = await rig({ config: { digest: { realm, users, methods: ['*'], inDialog } } })
    const given = await challenge(made)
    const { caller, network, gateway } = made
    const call = caller.call(bob, {
      headers: { 'Proxy-Authorization': answerTo(given, alice, { method: 'INVITE', uri: bob }) },
    })
    await network.run(100)
    expect([call.outcome, gateway.count('ACK')]).toEqual([200, 1])
    const [ours, theirs] = [call.send('INFO'), gateway.invitations[0]!.send('INFO')]
    await network.run(100)
    expect([ours.outcome, theirs.outcome]).toEqual([inDialog ? 407 : 200, 200])
  }
})

test('credentials that were made for us stay here, all others pass (RFC 3261 §22.3)', async () => {
  const made = await rig({ config })
  const given = await challenge(made)
  const { caller, network, gateway } = made
  const ours = answerTo(given, alice, { method: 'INVITE', uri: bob })
  const theirs = 'Digest username="alice", realm="backend", nonce="1", uri="sip:x", response="2"'
  const forBackend = { Authorization: `Digest realm="${realm}", nonce="of the backend"` }
  const call = caller.call(bob, {
    headers: { 'Proxy-Authorization': ours, ...forBackend, 'X-Second': theirs },
  })
  await network.run(100)
  expect(call.outcome).toBe(200)
  const [{ request } = { request: undefined }] = gateway.invitations
  expect(request!.headers.has('Proxy-Authorization')).toBe(false)
  expect(request!.headers.get('Authorization')).toBe(forBackend.Authorization)
  const bye = call.send('BYE', { headers: { 'Proxy-Authorization': ours } })
  await network.run(100)
  expect(bye.outcome).toBe(200)
  expect(gateway.seen.at(-1)!.request.headers.has('Proxy-Authorization')).toBe(false)
})

test('other schemes are ignored, Basic above all (RFC 8760 §2.1)', async () => {
  const made = await rig({ config })
  const basic = `Basic ${Buffer.from('alice:wonderland').toString('base64')}`
  expect((await ask(made, 'INVITE', { 'Proxy-Authorization': basic })).status).toBe(407)
  expect(made.failures).toEqual([])
})

test('auth-int covers the body where it is offered', async () => {
  const made = await rig({ config: { digest: { ...config.digest, authInt: true } } })
  const given = await challenge(made, 'MESSAGE')
  expect(paramsOf(given)['qop']).toBe('auth,auth-int')
  const { caller, network } = made
  const send = async (body: string, nc: string): Promise<unknown> => {
    const credentials = answerTo(given, alice, {
      method: 'MESSAGE',
      uri: bob,
      qop: 'auth-int',
      body: 'hello',
      nc,
    })
    const sent = caller.send('MESSAGE', bob, {
      body,
      headers: { 'Proxy-Authorization': credentials },
    })
    await network.run(100)
    return sent.outcome
  }
  expect([await send('hello', '00000001'), await send('hullo', '00000002')]).toEqual([200, 407])
})

test('nobody registers for another: 403 by default for REGISTER, for other methods where asked', async () => {
  const made = await rig({
    config: { digest: { ...config.digest, ownNameOnly: ['REGISTER', 'MESSAGE'] } },
  })
  const given = await challenge(made, 'REGISTER')
  const credentials = answerTo(given, alice, { method: 'REGISTER', uri: bob })
  const forBob = await ask(made, 'REGISTER', { Authorization: credentials, To: '<sip:bob@x>' })
  expect([forBob.status, faults(made)]).toEqual([403, ['other-user']])
  const message = answerTo(await challenge(made, 'MESSAGE'), alice, { method: 'MESSAGE', uri: bob })
  const own = { 'Proxy-Authorization': message, From: '<sip:%61lice@x>;tag=1' }
  expect((await ask(made, 'MESSAGE', own)).status).toBe(200)
})

test('a route asks by @Use, with a realm of its own; what is proven already is not asked again', async () => {
  const made = await rig({
    config: { digest: { realm, users } },
    use: [digest({ realm: 'vip.example', domain: 'vip.example' }), digest()],
  })
  const given = await challenge(made, 'OPTIONS')
  expect(paramsOf(given)['realm']).toBe('vip.example')
  expect((await respond(made, given, { method: 'OPTIONS' })).status).toBe(200)
  expect(made.proven.at(-1)).toMatchObject({ realm: 'vip.example', uri: 'sip:alice@vip.example' })
})

test('a route that asks where no realm is configured is told so at the start', async () => {
  await expect(rig({ config: {}, use: [digest()] })).rejects.toMatchObject({
    code: 'SIPW_ERR_AUTH_REALM',
  })
})

test('who is remembered is let in while the source of users is down; all others are asked to wait', async () => {
  let isDown = false
  const lookup = (user: string) => {
    if (isDown) throw new Error('connection refused')
    return user === 'carol' ? { password: 'c' } : undefined
  }
  const made = await rig({ config: { digest: { realm, methods: ['INVITE'], lookup } } })
  const given = await challenge(made)
  const carol = { user: 'carol', password: 'c' }
  expect((await respond(made, given, { secrets: carol })).status).toBe(200)
  isDown = true
  expect((await respond(made, given, { secrets: carol, nc: '00000002' })).status).toBe(200)
  const refused = await respond(made, given, { nc: '00000003' })
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '5'])
  expect(made.logged.join()).toContain('a user could not be looked up')
})

test('a new password is good at once, the old one while it is remembered', async () => {
  let password = 'old'
  const lookup = () => ({ password })
  const made = await rig({
    config: { digest: { realm, methods: ['INVITE'], lookup, cache: { lifetimeMs: 5_000 } } },
  })
  const given = await challenge(made)
  const as = (secret: string, nc: string) =>
    respond(made, given, { secrets: { user: 'carol', password: secret }, nc })
  expect((await as('old', '00000001')).status).toBe(200)
  password = 'new'
  expect((await as('old', '00000002')).status).toBe(200)
  expect((await as('new', '00000003')).status).toBe(200)
  expect((await as('old', '00000004')).status).toBe(407)
})

test('no password, hash or credential is in the log or in what is told of failures (row 29)', async () => {
  const made = await rig({ config })
  const given = await challenge(made)
  const credentials = answerTo(
    given,
    { user: 'alice', password: 'x' },
    { method: 'INVITE', uri: bob },
  )
  await ask(made, 'INVITE', { 'Proxy-Authorization': credentials })
  const { response } = paramsOf(credentials)
  const told = JSON.stringify([made.logged, made.failures.map(({ source: _, ...rest }) => rest)])
  for (const secret of [alice.password, response!, ha1('SHA-256', 'alice', realm, 'wonderland')]) {
    expect(told).not.toContain(secret)
  }
})

test('identities are left by whoever proves, and slots are per request', async () => {
  const made = await rig({ config })
  const given = await challenge(made)
  await respond(made, given)
  await ask(made, 'OPTIONS')
  expect(made.proven.map((each) => each?.user)).toEqual(['alice', undefined])
  expect(identity.name).toBe('identity')
})
