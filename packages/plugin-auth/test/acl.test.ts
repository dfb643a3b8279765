/** Access lists at a whole edge: row 13 of the threats. */
import { expect, test } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlugin } from '@sipwright/framework'
import { Phone } from '@sipwright/framework/testing'
import { z } from 'zod'
import { Auth } from '#src/auth.js'
import { authConfig } from '#src/config.js'
import { allowFrom } from '#src/middleware.js'
import { ask, bob, realm, rig, type Rig } from './rig.js'

const caller = '198.51.100.7'

async function outcome({ caller: phone, network }: Rig): Promise<unknown> {
  const call = phone.call(bob)
  await network.run(40_000)
  return call.outcome
}

test('who is denied hears nothing, and nothing of what he sends is parsed', async () => {
  const made = await rig({ config: { acl: { deny: ['198.51.100.0/24'] } } })
  expect(await outcome(made)).toBe('timeout')
  const { dropped, refused } = made.app.counters
  expect([dropped > 5, refused, made.app.transactions]).toEqual([true, 0, 0])
})

test('or he is told 403, without a transaction', async () => {
  const made = await rig({ config: { acl: { deny: [caller], refuse: '403' } } })
  expect((await ask(made, 'INVITE')).status).toBe(403)
  expect(made.app.transactions).toBe(0)
})

test('with a list of who may, all others may not; our own may without being listed, and answers of others get in', async () => {
  const made = await rig({ config: { acl: { allow: ['203.0.113.0/24'] } } })
  expect(await outcome(made)).toBe('timeout')
  const inside = await Phone.at(made.network, {
    at: 'UDP:10.0.0.5:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  const customer = await Phone.at(made.network, {
    at: 'UDP:203.0.113.5:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  const calls = [inside.call(bob), customer.call(bob)]
  await made.network.run(100)
  expect(calls.map((call) => call.outcome)).toEqual([200, 200])
})

test('a route lets in whom it names, others get 403 (allowFrom)', async () => {
  const config = { acl: { groups: { carriers: ['203.0.113.0/24'] } } }
  const made = await rig({ config, use: [allowFrom('carriers', '192.0.2.128/25')] })
  expect((await ask(made, 'INVITE')).status).toBe(403)
  const carrier = await Phone.at(made.network, {
    at: 'UDP:203.0.113.5:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  const call = carrier.call(bob)
  await made.network.run(100)
  expect(call.outcome).toBe(200)
  await expect(rig({ config: {}, use: [allowFrom('carriers')] })).rejects.toMatchObject({
    code: 'SIPW_ERR_ACL_SENDER',
  })
})

test('who proves by certificate to be a trusted peer is not asked, is believed, and routes know him', async () => {
  // What a TLS transport says of a connection.
  const certified = definePlugin({
    name: 'certified',
    config: z.object({}),
    setup(host) {
      host.onReceive((_text, flow) => {
        Object.assign(flow, { peerNames: ['sip:carrier.example'] })
        return false
      })
    },
  })
  const config = {
    digest: { realm, methods: ['INVITE'], users: {} },
    trusted: ['peer:Carrier.example'],
  }
  const made = await rig({ config, plugins: [certified({})] })
  const boss = { 'P-Asserted-Identity': '<sip:boss@carrier.example>' }
  expect((await ask(made, 'INVITE', boss)).status).toBe(200)
  expect(made.proven).toMatchObject([{ user: 'carrier.example', provenBy: 'certificate' }])
  expect(made.gateway.invitations[0]!.request.headers.get('P-Asserted-Identity')).toBe(
    boss['P-Asserted-Identity'],
  )
  const others = await rig({
    config: { ...config, trusted: ['peer:other.example'] },
    plugins: [certified({})],
  })
  expect((await ask(others, 'INVITE')).status).toBe(407)
})

test('lists and users of files are read again; what is refused changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sipwright-auth-'))
  const [aclFile, usersFile] = [join(folder, 'acl'), join(folder, 'users')]
  const digits = 'a'.repeat(64)
  try {
    await writeFile(aclFile, `deny 203.0.113.0/24`)
    await writeFile(usersFile, `alice:${realm}:${digits}`)
    const config = {
      digest: { realm, methods: ['MESSAGE'], usersFile },
      acl: { file: aclFile, refuse: '403' as const },
    }
    const made = await rig({ config })
    expect((await ask(made, 'INVITE')).status).toBe(200)
    await writeFile(aclFile, `deny ${caller}`)
    await made.app.reload()
    expect((await ask(made, 'INVITE')).status).toBe(403)
    await writeFile(aclFile, `deny nonsense\n\nallow`)
    await writeFile(usersFile, `\nbob:${realm}`)
    await expect(made.app.reload()).rejects.toMatchObject({ code: 'SIPW_ERR_AUTH_LIST' })
    expect((await ask(made, 'INVITE')).status).toBe(403)
    await writeFile(aclFile, '')
    await expect(made.app.reload()).rejects.toThrow(`${usersFile}:2: expected user:realm:HA1`)
    expect((await ask(made, 'INVITE')).status).toBe(200)
    await rm(usersFile)
    await expect(made.app.reload()).rejects.toMatchObject({ code: 'SIPW_ERR_AUTH_FILE' })
    await made.app.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('another configuration is taken whole, or not at all', async () => {
  const made = await rig({ config: { acl: { deny: [caller], refuse: '403' } } })
  const service = made.app.resolve(Auth)
  const taken = (config: Parameters<typeof authConfig.parse>[0]) =>
    service.configure(authConfig.parse(config))
  await expect(taken({ trusted: ['carriers'] })).rejects.toMatchObject({
    code: 'SIPW_ERR_ACL_SENDER',
  })
  await expect(taken({ acl: { file: '/nonexistent' } })).rejects.toMatchObject({
    code: 'SIPW_ERR_AUTH_FILE',
  })
  expect((await ask(made, 'INVITE')).status).toBe(403)
  await taken({ trusted: ['carriers'], acl: { groups: { carriers: [caller] } } })
  expect((await ask(made, 'INVITE')).status).toBe(200)
})
