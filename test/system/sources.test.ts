/** Destinations from databases and DNS that really run: they come, go away, and come back. */
import { afterEach, expect, test } from '@jest/globals'
import { DnsServer } from '@sipwright/framework/testing'
import { Balancer } from './balancer.js'
import { mariadb, postgres, type TestDatabase } from './databases.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { Sipp } from './sipp.js'

afterEach(stopAll)

async function balancing(port: number, source: string, more = ''): Promise<Balancer> {
  return Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
dispatcher:
  source: ${source}
  probe: { interval: 0s }
${more}`,
  })
}

/** Calls one after the other; how many succeeded. */
async function call(port: number, calls = 6): Promise<number> {
  const caller = Sipp.call({
    ...{ scenario: 'caller', port: await freePort(), target: `127.0.0.1:${port}` },
    ...{ callsPerSecond: 20, calls },
  })
  return (await caller.finished()).successful
}

/** Calls until a backend has one, and how long that took in milliseconds. */
async function served(port: number, backend: SipBackend): Promise<number> {
  const from = performance.now()
  const before = backend.sources.size
  while (backend.sources.size === before) {
    if (performance.now() - from > 15_000) throw new Error('it gets no call')
    await call(port, 2)
  }
  return performance.now() - from
}

async function goesAndComesBack(database: TestDatabase, insertMs: number): Promise<void> {
  const [port, one, two] = [await freePort(), await freePort(), await freePort()]
  const [first, second] = [await SipBackend.at(one), await SipBackend.at(two)]
  const insert = (backend: number): string =>
    `INSERT INTO dispatcher (setid, destination) VALUES (1, 'sip:127.0.0.1:${backend}')`
  const notify = database.url.startsWith('postgres') ? '; NOTIFY sipwright_dispatcher' : ''
  const use = database.url.startsWith('mysql') ? 'USE kamailio; ' : ''
  database.run(use + insert(one))
  const poll = notify === '' ? '1s' : '1h'
  const balancer = await balancing(port, `{ sql: { url: '${database.url}', poll: ${poll} } }`)
  expect(await call(port)).toBe(6)

  // A row is in service within the interval, or at once where the database tells.
  database.run(use + insert(two) + notify)
  expect(await served(port, second)).toBeLessThan(insertMs)

  // Without the database calls go on as before, and the log says once what is wrong, without the password.
  await database.stop()
  await balancer.process.printed(/a source of destinations fails/)
  expect(await call(port)).toBe(6)
  expect(balancer.process.output).not.toContain('secret@')

  await database.start()
  database.run(`${use}DELETE FROM dispatcher WHERE destination = 'sip:127.0.0.1:${one}'${notify}`)
  await balancer.process.printed(/a source of destinations is back/)
  const gone = performance.now()
  for (let before = -1; before !== first.sources.size;) {
    expect(performance.now() - gone).toBeLessThan(15_000)
    before = first.sources.size
    expect(await call(port, 4)).toBe(4)
  }
  first.close()
  second.close()
}

test('PostgreSQL: a row that is notified serves within a second; the database may go away and come back', async () => {
  // Two calls at twenty a second, and the start of SIPp, are in it.
  await goesAndComesBack(await postgres(await freePort()), 2_000)
}, 90_000)

test('MariaDB: a row serves within the poll interval; the database may go away and come back', async () => {
  await goesAndComesBack(await mariadb(await freePort()), 3_500)
}, 90_000)

test('4b.59: a name whose SRV record changes is followed within its TTL; a silent server changes nothing', async () => {
  const [port, one, two] = [await freePort(), await freePort(), await freePort()]
  const [first, second] = [await SipBackend.at(one), await SipBackend.at(two)]
  const dns = await DnsServer.start()
  const name = '_sip._udp.media.test'
  const point = (target: number): void => {
    dns.set(name, 'SRV', [{ priority: 0, weight: 1, port: target, target: 'host.media.test' }], 2)
    dns.set('host.media.test', 'A', ['127.0.0.1'], 2)
  }
  point(one)
  const balancer = await balancing(
    port,
    `{ dns: { 1: '${name}' } }`,
    `dns: { servers: ['${dns.address}'] }`,
  )
  expect(await call(port)).toBe(6)
  expect(first.sources.size).toBe(6)
  point(two)
  expect(await served(port, second)).toBeLessThan(3_000 + 1_500)
  dns.behaviour = 'silent'
  await balancer.process.printed(/a source of destinations fails/)
  expect(await call(port)).toBe(6)
  await dns.close()
  first.close()
  second.close()
}, 90_000)
