/** What stands in docs/cookbook.md can be taken as it is: configuration is loaded, code compiles and does what its title says. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from '@sipwright/framework'
import { dispatcher } from '@sipwright/plugin-dispatcher'
import { loadConfig } from '@sipwright/sample-lb'
import { parse, stringify } from 'yaml'
import { Authority } from '../system/authority.js'
import { Marked } from './cookbook/edit.js'
import { ByNumber } from './cookbook/prefix.js'
import { WithVoicemail } from './cookbook/voicemail.js'
import { repository } from './repository.js'

const text = readFileSync(`${repository}/docs/cookbook.md`, 'utf8')
const recipes = text
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const title = section.slice(0, section.indexOf('\n'))
    const [, language = '', code = ''] = /```(\w+)\n([\s\S]*?)```/.exec(section) ?? []
    return { title, language, code }
  })
const quiet = { error() {}, warn() {}, info() {}, debug() {} }

/** What a recipe leaves out. */
const rest = {
  listen: ['udp:127.0.0.1:5060'],
  dispatcher: { sets: { media: { destinations: ['sip:10.0.1.10:5060'] } } },
  route: [{ set: 'media' }],
}
const secrets = [...text.matchAll(/env:([A-Z_]+)/g)].map(([, name]) => name!)
const authority = new Authority()

beforeAll(() => {
  for (const name of secrets) process.env[name] = 'postgres://127.0.0.1/a-secret'
  authority.writePair('edge', { names: ['DNS:edge.example.com'] })
  authority.write('carriers.pem', authority.certificate)
  authority.write('acl.txt', 'deny 203.0.113.0/24\n')
  authority.write('dispatcher.list', '1 sip:10.0.1.10:5060\n2 sip:10.0.2.10:5060\n')
})

afterAll(() => {
  for (const name of secrets) Reflect.deleteProperty(process.env, name)
  authority.remove()
})

test.each(recipes.filter(({ language }) => language === 'yaml'))(
  'the load balancer takes: $title',
  ({ code }) => {
    const file = join(authority.folder, 'lb.yaml')
    writeFileSync(file, stringify({ ...rest, ...(parse(code) as object) }))
    const loaded = loadConfig(file)
    expect(loaded.kind === 'faults' ? loaded.faults : []).toEqual([])
  },
)

test.each(recipes.filter(({ language }) => language === 'ts'))(
  'what is compiled here is: $title',
  ({ code }) => {
    const [, name] = /class (\w+)/.exec(code)!
    const file = { WithVoicemail: 'voicemail', ByNumber: 'prefix', Marked: 'edit' }[name!]!
    expect(code).toBe(readFileSync(`${repository}/test/documents/cookbook/${file}.ts`, 'utf8'))
  },
)

test('every recipe has something to take, and there are more than a dozen', () => {
  expect(recipes.filter(({ code }) => code === '')).toEqual([])
  expect(recipes.length).toBeGreaterThan(12)
})

test('a busy phone’s call goes to voicemail, a dead phone’s to the next one', async () => {
  const app = await createApp({
    plugins: [
      dispatcher({
        sets: {
          phones: { destinations: ['sip:first', 'sip:second'] },
          voicemail: { destinations: ['sip:mail'] },
        },
      }),
    ],
    routes: [WithVoicemail],
    log: quiet,
  })
  const call = { method: 'INVITE', uri: 'sip:bob@example.com' }
  const busy = await app.inject(call, { backends: { 'sip:first': 486, 'sip:mail': 200 } })
  expect([busy.status, ...targetsOf(busy)]).toEqual([200, 'sip:first', 'sip:mail'])
  const dead = await app.inject(call, { backends: { 'sip:second': 503, 'sip:first': 200 } })
  expect([dead.status, ...targetsOf(dead)]).toEqual([200, 'sip:second', 'sip:first'])
  await app.close()
})

test('the longest prefix of a number decides; where its carrier fails, another one may', async () => {
  const sets = { germany: 'sip:de', berlin: 'sip:b', america: 'sip:us', anywhere: 'sip:any' }
  const app = await createApp({
    plugins: [
      dispatcher({
        sets: Object.fromEntries(
          Object.entries(sets).map(([name, uri]) => [name, { destinations: [uri] }]),
        ),
      }),
    ],
    routes: [ByNumber],
    log: quiet,
  })
  const called = async (number: string) => {
    const call = await app.inject(
      { method: 'INVITE', uri: `sip:${number}@example.com` },
      { backends: { 'sip:b': 200, 'sip:de': 200, 'sip:us': 503, 'sip:any': 200 } },
    )
    return [call.status, ...targetsOf(call)]
  }
  expect(await called('+4930123')).toEqual([200, 'sip:b'])
  expect(await called('004989123')).toEqual([200, 'sip:de'])
  expect(await called('12125550100')).toEqual([200, 'sip:us', 'sip:any'])
  expect(await called('81')).toEqual([404])
  await app.close()
})

test('backends are told where a call came from, and callers another name than the backend’s', async () => {
  const app = await createApp({ routes: [Marked], log: quiet })
  const call = await app.inject(
    { method: 'INVITE', uri: 'sip:bob@example.com', from: { address: '192.0.2.7' } },
    { backends: { 'sip:10.0.1.10': 200 } },
  )
  expect(call.branches[0]!.request!.headers.get('X-Came-From')).toBe('192.0.2.7 UDP')
  expect(call.response!.headers.get('Server')).toBe('edge')
  await app.close()
})

function targetsOf({
  branches,
}: {
  readonly branches: readonly { readonly target: { readonly uri: string } }[]
}): readonly string[] {
  return branches.map(({ target }) => target.uri)
}
