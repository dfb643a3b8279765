import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { createApp } from '@sipwright/framework'
import { hashToken } from '#src/access/token-hash.js'
import { admin } from '#src/plugin.js'
import { administered, type Rig, type RigOptions, tokens } from '../rig.js'

let rig: Rig | undefined

async function start(options?: RigOptions): Promise<Rig> {
  rig = await administered(options)
  return rig
}

afterEach(async () => {
  await rig?.close()
  rig = undefined
})

test('an address that others reach without a token is refused (security.md §3 row 28)', () => {
  expect(() => admin({ address: '0.0.0.0', port: 0 })).toThrow(/tokens: expected a token/)
  expect(() => admin({ address: '::', port: 0 })).toThrow(/tokens: expected a token/)
  const token = { name: 'ops', token: tokens.operate }
  expect(() => admin({ address: '0.0.0.0', port: 0, tokens: [token] })).not.toThrow()
})

test('without tokens who reaches the loopback address may do everything', async () => {
  const { ask } = await start({ admin: { tokens: [] } })
  expect((await ask('GET', '/api/v1/session')).body).toMatchObject({
    ...{ name: 'local', scope: 'admin', by: 'loopback' },
  })
})

test('a name that leads here and is not ours is refused: DNS rebinding', async () => {
  const { ask } = await start({ admin: { tokens: [], hosts: ['Edge.example.com'] } })
  const statusFor = async (host: string) =>
    (await ask('GET', '/api/v1/status', { headers: { host } })).status
  expect(await statusFor('attacker.example')).toBe(403)
  expect(await statusFor('attacker.example:8088')).toBe(403)
  expect(await statusFor('[::1].attacker.example')).toBe(403)
  expect(await statusFor('127.0.0.1.attacker.example')).toBe(403)
  expect(await statusFor('edge.example.com')).toBe(200)
  expect(await statusFor('localhost:8088')).toBe(200)
  expect(await statusFor('[::1]:8088')).toBe(200)
})

test('who shows a token, and who asks whether it lives, may use any name that leads here', async () => {
  const { ask } = await start()
  const headers = { host: 'edge.internal:8088' }
  expect((await ask('GET', '/metrics', { headers, token: tokens.read })).status).toBe(200)
  expect((await ask('GET', '/readyz', { headers })).status).toBe(200)
  const login = await ask('POST', '/api/v1/session', { body: { token: tokens.read } })
  const cookie = String(login.headers['set-cookie']?.[0]).split(';')[0]!
  const session = await ask('GET', '/api/v1/status', { headers: { ...headers, cookie } })
  expect(session).toMatchObject({ status: 403, body: { code: 'SIPW_ERR_ADMIN_ORIGIN' } })
})

test('a page of another site changes nothing, and sees nothing', async () => {
  const { ask, url } = await start({ admin: { tokens: [] } })
  const statusFrom = async (origin: string) =>
    (await ask('GET', '/api/v1/status', { headers: { origin } })).status
  expect(await statusFrom('https://attacker.example')).toBe(403)
  expect(await statusFrom('null')).toBe(403)
  expect(await statusFrom(url)).toBe(200)
  const form = await ask('POST', '/api/v1/session', {
    headers: { 'content-type': 'text/plain' },
    body: { token: 'x' },
  })
  expect(form.status).toBe(415)
})

test('a session needs its second secret for what changes something, and ends', async () => {
  const { ask } = await start()
  const login = await ask('POST', '/api/v1/session', { body: { token: tokens.admin } })
  const cookie = String(login.headers['set-cookie']?.[0]).split(';')[0]!
  const { csrfToken } = login.body as { csrfToken: string }
  expect((await ask('GET', '/api/v1/session', { headers: { cookie } })).body).toMatchObject({
    ...{ name: 'adminer', scope: 'admin', by: 'session', csrfToken },
  })
  const without = await ask('DELETE', '/api/v1/session', { headers: { cookie } })
  expect(without).toMatchObject({ status: 403, body: { code: 'SIPW_ERR_ADMIN_CSRF' } })
  const wrong = { cookie, 'x-csrf-token': csrfToken.replace(/./, 'x') + 'x' }
  expect((await ask('DELETE', '/api/v1/session', { headers: wrong })).status).toBe(403)
  const right = { cookie, 'x-csrf-token': csrfToken }
  const logout = await ask('DELETE', '/api/v1/session', { headers: right })
  expect(logout.status).toBe(204)
  expect(logout.headers['set-cookie']?.[0]).toContain('Max-Age=0')
  expect((await ask('GET', '/api/v1/session', { headers: { cookie } })).status).toBe(401)
})

test('who guesses is not listened to after ten wrong tokens; a token that was right goes on', async () => {
  const { ask, log } = await start()
  expect((await ask('GET', '/api/v1/status', { token: tokens.read })).status).toBe(200)
  for (let guess = 0; guess < 9; guess++) {
    expect((await ask('GET', '/api/v1/status', { token: `guess-${guess}` })).status).toBe(401)
  }
  expect(log.filter(({ text }) => text === 'a token that nobody knows')).toHaveLength(9)
  const refused = await ask('POST', '/api/v1/session', { body: { token: 'guess-10' } })
  expect(refused).toMatchObject({ status: 429, body: { code: 'SIPW_ERR_ADMIN_RATE' } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await ask('GET', '/api/v1/status', { token: tokens.read })).status).toBe(200)
})

test('a token may be configured by its hash', async () => {
  const token = await hashToken('a-token-that-is-nowhere')
  const { ask } = await start({ admin: { tokens: [{ name: 'ci', token }] } })
  const { body } = await ask('GET', '/api/v1/session', { token: 'a-token-that-is-nowhere' })
  expect(body).toMatchObject({ name: 'ci', scope: 'read' })
  expect((await ask('GET', '/api/v1/session', { token })).status).toBe(401)
})

test('what is nowhere is 404, another method 405, both as problems; bad JSON 400, a large body 413', async () => {
  const { ask } = await start()
  expect(await ask('GET', '/api/v1/nothing')).toMatchObject({ status: 404, body: { status: 404 } })
  const other = await ask('PATCH', '/api/v1/status', { token: tokens.read })
  expect(other).toMatchObject({ status: 405, body: { title: 'Method Not Allowed' } })
  expect(other.headers['allow']).toBe('GET')
  const large = await ask('POST', '/api/v1/session', { body: { token: 'x'.repeat(70_000) } })
  expect(large).toMatchObject({ status: 413, body: { status: 413 } })
  const broken = await ask('POST', '/api/v1/session', { raw: '{"token":' })
  expect(broken).toMatchObject({ status: 400, body: { status: 400 } })
})

test('not ready while the program says so, and before there is a usable destination', async () => {
  let why: string | undefined = 'draining: 3 calls go on'
  const { ask } = await start({ admin: { unready: () => why } })
  const reply = await ask('GET', '/readyz')
  expect(reply).toMatchObject({ status: 503, body: { detail: 'draining: 3 calls go on' } })
  expect(reply.headers['content-type']).toContain('application/problem+json')
  expect((await ask('GET', '/livez')).status).toBe(200)
  why = undefined
  expect((await ask('GET', '/readyz')).status).toBe(200)
})

test('not ready when no set, or a set that is required, has a usable destination', async () => {
  const down = { uri: 'sip:127.0.0.1:5091', flags: 1 }
  const first = await start({
    dispatcher: { sets: { 1: { destinations: [down] } }, probe: { mode: 'none' } },
  })
  expect((await first.ask('GET', '/readyz')).body).toMatchObject({
    detail: 'no set has a usable destination',
  })
  await first.close()
  const second = await start({
    dispatcher: {
      sets: { 1: { destinations: [down] }, 2: { destinations: ['sip:127.0.0.1:5092'] } },
      probe: { mode: 'none' },
    },
    admin: { requiredSets: ['1', '2'] },
  })
  expect((await second.ask('GET', '/readyz')).body).toMatchObject({
    detail: 'set 1 has no usable destination',
  })
})

test('metrics need no token where the configuration says so', async () => {
  const { ask } = await start({ admin: { openMetrics: true } })
  expect((await ask('GET', '/metrics')).status).toBe(200)
  expect((await ask('GET', '/api/v1/status')).status).toBe(401)
})

test('files of a folder are served, and nothing beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sipwright-admin-'))
  const assets = join(folder, 'site')
  mkdirSync(join(assets, 'js'), { recursive: true })
  writeFileSync(join(assets, 'index.html'), '<!doctype html>')
  writeFileSync(join(assets, 'js', 'app.js'), 'void 0')
  writeFileSync(join(folder, 'secret.txt'), 'no')
  try {
    const { ask } = await start({ admin: { assets } })
    const page = await ask('GET', '/')
    expect(page).toMatchObject({ status: 200, text: '<!doctype html>' })
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    const headers = { 'if-none-match': String(page.headers['etag']) }
    expect((await ask('GET', '/', { headers })).status).toBe(304)
    expect((await ask('GET', '/js/app.js?v=1')).headers['content-type']).toContain('javascript')
    for (const path of ['/../secret.txt', '/js/../../secret.txt', '/%2e%2e/secret.txt']) {
      expect((await ask('GET', path)).status).toBe(404)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a port that is taken ends the start with the reason', async () => {
  const { url } = await start()
  const app = await createApp({ plugins: [admin({ port: Number(new URL(url).port) })] })
  await expect(app.listen('udp:127.0.0.1:0')).rejects.toMatchObject({ code: 'SIPW_ERR_LISTEN' })
  await app.close()
})
