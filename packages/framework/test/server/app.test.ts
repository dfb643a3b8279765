import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  type App,
  createApp,
  definePlugin,
  type Host,
  type OutgoingResult,
  type Plugin,
  serviceToken,
} from '@sipwright/framework'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

function plugin(name: string, setup: (host: Host) => void | Promise<void>): Plugin {
  return definePlugin({ name, config: z.strictObject({}), setup })({})
}

test('plugins start in order, get ready when listeners are bound, and close last first', async () => {
  const seen: string[] = []
  const watched = (name: string): Plugin =>
    plugin(name, (host) => {
      seen.push(`${name} setup`)
      host.onReady(() => void seen.push(`${name} ready`))
      host.onReload(() => void seen.push(`${name} reload`))
      host.onClose(() => void seen.push(`${name} close`))
    })
  const app = await createApp({ plugins: [watched('a'), watched('b')], log: quiet })
  await app.listen('udp:127.0.0.1:0')
  await app.reload()
  await app.close()
  const each = ['setup', 'ready', 'reload'].flatMap((step) => [`a ${step}`, `b ${step}`])
  expect(seen).toEqual([...each, 'b close', 'a close'])
})

test('a plugin that never finishes its setup is named', async () => {
  const hanging = plugin('hanging', () => new Promise(() => undefined))
  await expect(createApp({ plugins: [hanging], pluginTimeoutMs: 20, log: quiet })).rejects.toThrow(
    expect.objectContaining({
      code: 'SIPW_ERR_PLUGIN_TIMEOUT',
      message: expect.stringContaining('hanging'),
    }),
  )
})

test('listen binds every address or none', async () => {
  const app = await createApp({ log: quiet })
  const taken = createSocket('udp4')
  taken.bind(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address()
  await expect(app.listen('udp:127.0.0.1:0', `udp:127.0.0.1:${port}`)).rejects.toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_LISTEN' }),
  )
  expect(app.listeners).toEqual([])
  taken.close()
  await app.listen('udp:127.0.0.1:0')
  expect(app.listeners).toHaveLength(1)
  await app.close()
})

test('two reloads run one after the other, and a refused one does not stop the next', async () => {
  const seen: string[] = []
  let round = 0
  const slow = plugin('slow', (host) => {
    host.onReload(async () => {
      const own = ++round
      seen.push(`begin ${own}`)
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(`end ${own}`)
      if (own === 1) throw new Error('line 3 is bad')
    })
  })
  const app = await createApp({ plugins: [slow], log: quiet })
  const [first, second] = await Promise.allSettled([app.reload(), app.reload()])
  expect(seen).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2'])
  expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
})

/** An app that listens and the host of its plugin. */
async function listening(): Promise<{ app: App; host: Host }> {
  let kept: Host | undefined
  const app = await createApp({
    plugins: [plugin('probe', (host) => void (kept = host))],
    log: quiet,
  })
  await app.listen('udp:127.0.0.1:0')
  return { app, host: kept! }
}

const options = (host: Host, uri: string): Promise<OutgoingResult> =>
  new Promise((resolve) => host.send({ method: 'OPTIONS', uri, timeoutMs: 300 }, resolve))

test('a plugin may ask where a URI is (RFC 3263 §4)', async () => {
  const { app, host } = await listening()
  expect(host.locate('sip:192.0.2.7;transport=tcp')).toMatchObject([{ key: 'TCP:192.0.2.7:5060' }])
  await expect(host.locate('sip:0.0.0.0')).rejects.toThrow('not a unicast address')
  expect(() => host.locate('tel:+12015550123')).toThrow('tel')
  await app.close()
})

test('a request of our own is answered, refused or given up, and says which (§8.1)', async () => {
  const { app, host } = await listening()
  const there = createSocket('udp4')
  there.on('message', (data, from) => {
    const lines = data.toString('latin1').split('\r\n')
    const kept = lines.filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
    const answer = ['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n')
    there.send(answer, from.port, from.address)
  })
  there.bind(0, '127.0.0.1')
  const silent = createSocket('udp4').bind(0, '127.0.0.1')
  const gone = createSocket('udp4').bind(0, '127.0.0.1')
  await Promise.all([there, silent, gone].map((socket) => once(socket, 'listening')))
  const uri = (socket: typeof there): string => `sip:127.0.0.1:${socket.address().port}`
  const goneUri = uri(gone)
  gone.close()

  const answered = await options(host, uri(there))
  expect(answered).toMatchObject({ kind: 'response', response: { status: 200 } })
  expect(await options(host, goneUri)).toMatchObject({
    kind: 'transport-error',
    error: { code: 'SIPW_ERR_UNREACHABLE' },
  })
  expect(await options(host, uri(silent))).toEqual({ kind: 'timeout' })
  there.close()
  silent.close()
  await app.close()
})

test('a plugin finds what others provide, whatever their order, and sees how the app is', async () => {
  class Later {
    readonly name = 'later'
  }
  const later = new Later()
  const hosts: Host[] = []
  const asking = plugin('asking', (host) => void hosts.push(host))
  const providing = plugin('providing', (host) => host.provide(Later, later))
  const app = await createApp({ plugins: [asking, providing], log: quiet })
  await app.listen('udp:127.0.0.1:0')
  const [host] = hosts
  expect(host!.find(Later)).toBe(later)
  expect(host!.find(serviceToken('nowhere'))).toBeUndefined()
  expect(host!.figures()).toMatchObject({
    counters: { messagesReceived: 0 },
    ...{ serverTransactions: 0, clientTransactions: 0, draining: false },
    listeners: [{ transport: 'UDP', address: '127.0.0.1' }],
  })
  await app.close()
})
