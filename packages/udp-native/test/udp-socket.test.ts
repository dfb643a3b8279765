/** Sockets on the loopback interface. Where the package is not built, `load.test.ts` holds what is left. */
import { afterEach, describe, expect, test } from '@jest/globals'
import { execFile, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import { whyUnavailable } from '#src/index.js'
import { closeAll, End, until } from './ends.js'

const run = promisify(execFile)
const built = whyUnavailable() === undefined

afterEach(closeAll)

test('where it is not built it says why, and otherwise nothing', () => {
  expect(whyUnavailable() === undefined).toBe(built)
})

describe.each(built ? ['built'] : [])('%s', () => {
  test.each(['127.0.0.1', '::1'])(
    'a datagram passes, and its answer comes back: %s',
    async (at) => {
      const [here, there] = [new End(at), new End(at)]
      expect(here.socket.send(there.seenBy(here), 'ping')).toBe(true)
      await until('the datagram', () => there.texts.length === 1)
      expect(there.texts).toEqual(['ping'])
      expect(there.from).toEqual([`${at} ${here.socket.port}`])
      there.socket.send(there.made[0]!, 'pong')
      await until('the answer', () => here.texts.length === 1)
      expect(here.from).toEqual([`${at} ${there.socket.port}`])
    },
  )

  test('what is sent in one turn arrives in order, in batches of at most 64', async () => {
    const [here, there] = [new End(), new End()]
    const texts = Array.from({ length: 200 }, (_, index) => `datagram ${index}`)
    for (const text of texts) expect(here.socket.send(there.seenBy(here), text)).toBe(true)
    await until('all', () => there.texts.length === 200)
    expect(there.texts).toEqual(texts)
    expect(there.batches).toEqual([64, 64, 64, 8])
  })

  test('a full queue leaves at once, and nothing of it is lost', async () => {
    const [here, there] = [new End(), new End()]
    const to = there.seenBy(here)
    const short = Array.from({ length: 600 }, (_, index) => `short ${index}`)
    const long = Array.from({ length: 12 }, (_, index) => `long ${index} `.padEnd(60_000, 'x'))
    for (const text of [...short, ...long]) expect(here.socket.send(to, text)).toBe(true)
    await until('all', () => there.texts.length === 612)
    expect(there.texts).toEqual([...short, ...long])
  })

  test('a busy socket waits for more before it reads on; a quiet one reads at once', async () => {
    const [here, there] = [new End(), new End('127.0.0.1', { coalesceMs: 100 })]
    const to = there.seenBy(here)
    const send = (...texts: string[]) => texts.forEach((text) => here.socket.send(to, text))
    send('1')
    await until('the first', () => there.texts.length === 1)
    send('2', '3', '4', '5')
    await until('four at once', () => there.texts.length === 5)
    const busyAt = performance.now()
    send('6')
    await new Promise((resolve) => setTimeout(resolve, 5))
    send('7')
    await until('the others', () => there.texts.length === 7)
    expect(performance.now() - busyAt).toBeGreaterThan(80)
    expect(there.batches).toEqual([1, 4, 2])
    send('8')
    await until('the last', () => there.texts.length === 8)
    expect(there.batches).toEqual([1, 4, 2, 1])
  })

  test('while it waits for more, what is sent leaves, and it can be closed', async () => {
    const [here, there] = [new End(), new End('127.0.0.1', { coalesceMs: 60_000 })]
    const [to, back] = [there.seenBy(here), here.seenBy(there)]
    for (let index = 0; index < 4; index++) here.socket.send(to, `${index}`)
    await until('four at once', () => there.texts.length === 4)
    here.socket.send(to, 'waits')
    there.socket.send(back, 'leaves')
    await until('what left', () => here.texts.length === 1)
    expect(there.texts).toHaveLength(4)
    there.socket.close()
    new End('127.0.0.1', { port: there.socket.port })
  })

  test('answers of a batch leave together at its end', async () => {
    const [here, there] = [new End(), new End()]
    there.onReceived = (text) => void there.socket.send(here.seenBy(there), text)
    for (let index = 0; index < 50; index++) here.socket.send(there.seenBy(here), `${index}`)
    await until('the answers', () => here.texts.length === 50)
    expect(here.batches).toEqual([50])
  })

  test('empty datagrams and the largest ones pass', async () => {
    const [here, there] = [new End(), new End()]
    const to = there.seenBy(here)
    const texts = ['', 'x'.repeat(65_507), '', 'y'.repeat(65_507), 'last']
    for (const text of texts) here.socket.send(to, text)
    await until('all', () => there.texts.length === texts.length)
    expect(there.texts).toEqual(texts)
  })

  test('over IPv6 the largest datagram has 65,527 bytes', async () => {
    const [here, there] = [new End('::1'), new End('::1')]
    here.socket.send(there.seenBy(here), 'x'.repeat(65_527))
    await until('it', () => there.texts.length === 1)
    expect(there.texts[0]).toHaveLength(65_527)
  })

  test('a datagram that is too large fails alone', async () => {
    const [here, there] = [new End(), new End()]
    const to = there.seenBy(here)
    for (const text of ['before', 'x'.repeat(65_508), 'after']) here.socket.send(to, text)
    await until('the others', () => there.texts.length === 2)
    expect(there.texts).toEqual(['before', 'after'])
    expect(here.failures).toMatchObject([
      { kind: 'send', error: { code: 'EMSGSIZE' }, peer: { port: there.socket.port } },
    ])
  })

  test('bytes above 127 are characters above 127', async () => {
    const [here, there] = [new End(), new End()]
    const text = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))
    here.socket.send(there.seenBy(here), text)
    await until('it', () => there.texts.length === 1)
    expect(there.texts[0]).toBe(text)
  })

  test.each(['127.0.0.1', '::1'])('ICMP names the destination: %s', async (at) => {
    const [here, there, gone] = [new End(at), new End(at), new End(at)]
    const dead = gone.seenBy(here)
    gone.socket.close()
    for (let index = 0; index < 20; index++) {
      here.socket.send(dead, 'lost')
      here.socket.send(there.seenBy(here), `${index}`)
      if (index % 4 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await until('the datagrams', () => there.texts.length === 20)
    await until('the error', () => here.failures.length > 0)
    for (const failure of here.failures) {
      expect(failure).toMatchObject({
        kind: 'icmp',
        error: { code: 'ECONNREFUSED' },
        peer: { address: at, port: dead.port },
      })
    }
  })

  test('more errors than fit at once are told all the same, and who is told may send', async () => {
    const [here, gone] = [new End(), new End()]
    const dead = gone.seenBy(here)
    gone.socket.close()
    const none = here.socket.peer('127.0.0.1', 0)!
    here.failed = (failure) => {
      here.failures.push(failure)
      if (here.failures.length <= 300) here.socket.send(none, 'and again')
    }
    for (let index = 0; index < 150; index++) {
      here.socket.send(none, 'nowhere')
      here.socket.send(dead, 'lost')
    }
    await until('all', () => here.failures.filter(({ kind }) => kind === 'send').length === 450)
    const send = here.failures.find(({ kind }) => kind === 'send')
    expect(send).toMatchObject({ error: { code: 'EINVAL' }, peer: { port: 0 } })
  })

  test('closed by what it received, it delivers no more and its port is free', async () => {
    const [here, there] = [new End(), new End()]
    const { port } = there.socket
    there.onReceived = () => there.socket.close()
    for (let index = 0; index < 10; index++) here.socket.send(there.seenBy(here), `${index}`)
    await until('the first', () => there.texts.length === 1)
    const next = new End('127.0.0.1', { port })
    here.socket.send(next.seenBy(here), 'new')
    await until('it', () => next.texts.length === 1)
    expect(there.texts).toEqual(['0'])
    expect(there.socket.send(here.seenBy(next), 'late')).toBe(false)
    there.socket.close()
  })

  test('what was sent before it is closed still leaves', async () => {
    const [here, there] = [new End(), new End()]
    here.socket.send(there.seenBy(here), 'last')
    here.socket.close()
    await until('it', () => there.texts.length === 1)
  })

  test('a port that is taken is EADDRINUSE; with SO_REUSEPORT it is shared', () => {
    const shared = new End('127.0.0.1', { reusePort: true })
    const { port } = shared.socket
    expect(() => new End('127.0.0.1', { port })).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE', syscall: 'bind' }),
    )
    expect(new End('127.0.0.1', { port, reusePort: true }).socket.port).toBe(port)
  })

  test('an address of the other family is none', () => {
    const [v4, v6] = [new End(), new End('::1')]
    expect(v4.socket.peer('::1', 5060)).toBeUndefined()
    expect(v4.socket.peer('example.com', 5060)).toBeUndefined()
    expect(v6.socket.peer('127.0.0.1', 5060)).toBeUndefined()
    expect(v6.socket.peer(`::${'1'.repeat(200)}`, 5060)).toBeUndefined()
    expect(v6.socket.peer('2001:DB8:0:0::1', 5060)).toMatchObject({ address: '2001:db8::1' })
  })

  test('a peer is made once while it is remembered', async () => {
    const [here, there] = [new End(), new End()]
    for (let index = 0; index < 10; index++) here.socket.send(there.seenBy(here), `${index}`)
    await until('all', () => there.texts.length === 10)
    expect(there.made).toHaveLength(1)
  })

  test('what a handler throws is an uncaught exception, and the rest of the batch is delivered', async () => {
    const { stdout } = await inProcess(`
      const texts = []
      process.on('uncaughtException', (error) => texts.push(error.message))
      const to = openUdp({ family: 4, address: '127.0.0.1', port: 0 }, {
        remember: () => undefined,
        failed: () => undefined,
        received(text) {
          if (text === '1') throw new Error('thrown')
          texts.push(text)
          if (text === '2') setImmediate(() => { console.log(texts.sort().join(' ')); to.close() })
        },
      })
      for (const text of ['0', '1', '2']) to.send(to.peer('127.0.0.1', to.port), text)
    `)
    expect(stdout).toBe('0 2 thrown\n')
  })

  test('a thread that is terminated leaves nothing behind', async () => {
    const { stdout } = await inProcess(`
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      const code = \`
        const { parentPort } = process.getBuiltinModule('node:worker_threads')
        import(\${JSON.stringify(url)}).then(({ openUdp }) => {
          const handler = { remember: () => undefined, received: () => undefined, failed: () => undefined }
          const one = openUdp({ family: 4, address: '127.0.0.1', port: 0 }, handler)
          openUdp({ family: 6, address: '::1', port: 0 }, handler)
          parentPort.postMessage(one.port)
        })\`
      const worker = new Worker(code, { eval: true })
      const [port] = await once(worker, 'message')
      await worker.terminate()
      const again = openUdp({ family: 4, address: '127.0.0.1', port }, {})
      console.log(again.port === port)
      again.close()
    `)
    expect(stdout).toBe('true\n')
  })

  test('a socket that another process has bound is taken over', async () => {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        preamble +
          `const to = openUdp({ family: 4, address: '127.0.0.1', port: 0, fd: 3 }, {
             remember: (peer) => peer,
             failed: () => undefined,
             received: (text, from) => { to.send(from, text + ' ' + to.port); to.close() },
           })
           console.log('ready')`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit', descriptorOf(port)] },
    )
    await once(child.stdout!, 'data')
    socket.close()
    const here = new End()
    here.socket.send(here.socket.peer('127.0.0.1', port)!, 'hello')
    await until('the answer', () => here.texts.length === 1)
    expect(here.texts).toEqual([`hello ${port}`])
    await once(child, 'exit')
  })
})

const url = new URL('../../dist/index.js', import.meta.url).href
const preamble = `const url = ${JSON.stringify(url)}\nconst { openUdp } = await import(url)\n`

/** Runs a program of its own; it has ended by itself when this resolves. */
function inProcess(code: string): Promise<{ readonly stdout: string }> {
  return run(process.execPath, ['--input-type=module', '-e', preamble + code], { timeout: 10_000 })
}

/** Our descriptor of the UDP socket that is bound to this port. */
function descriptorOf(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = readFileSync('/proc/net/udp', 'utf8').split('\n')
  const inode = rows
    .map((row) => row.trim().split(/\s+/))
    .find(([, at]) => at?.endsWith(suffix))?.[9]
  const found = readdirSync('/proc/self/fd').find((name) => linkOf(name) === `socket:[${inode}]`)
  return Number(found)
}

function linkOf(name: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${name}`)
  } catch {
    return ''
  }
}
