/** Kamailio's own samples become a running edge, and the report says what became of each line. */
import { afterEach, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Balancer } from './balancer.js'
import { compileRoutes, runRoutes } from './compiled-routes.js'
import { mariadb } from './databases.js'
import { freePort } from './free-ports.js'
import { check, importFiles, importTexts, type ImportedFiles } from './importer.js'
import { imsExample, sampleCfg, sampleList, stockCfg } from './kamailio-samples.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { Sipp } from './sipp.js'

afterEach(stopAll)

/** The example of the module, to run here: only its addresses are others. */
async function exampleHere() {
  const [port, ...backends] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const cfg = sampleCfg().replace(/^# listen=.*$/m, `listen=udp:127.0.0.1:${port}`)
  const list = [7070, 7072, 7074].reduce(
    (text, there, index) => text.replace(`127.0.0.1:${there}`, `127.0.0.1:${backends[index]!}`),
    sampleList(),
  )
  return { port, backends, imported: importTexts({ cfg, list }) }
}

async function startBalancer({ read }: ImportedFiles): Promise<Balancer> {
  return Balancer.start({ 'lb.yaml': read('lb.yaml'), 'dispatcher.list': read('dispatcher.list') })
}

async function successfulCalls(port: number, calls: number): Promise<number> {
  const caller = Sipp.call({
    ...{ scenario: 'caller', port: await freePort(), target: `127.0.0.1:${port}` },
    ...{ callsPerSecond: 20, calls },
  })
  return (await caller.finished()).successful
}

/** How many calls each backend was asked to take. */
function invited(backends: readonly SipBackend[]): number[] {
  return backends.map(
    ({ requests }) =>
      new Set(requests.filter(({ method }) => method === 'INVITE').map(({ callId }) => callId))
        .size,
  )
}

async function servesCalls(port: number, at: readonly number[]): Promise<void> {
  const backends = [
    await SipBackend.at(at[0]!, { invite: '500 Server Internal Error' }),
    await SipBackend.at(at[1]!),
    await SipBackend.at(at[2]!),
  ]
  expect(await successfulCalls(port, 30)).toBe(30)
  const [failing, second, third] = invited(backends)
  // Round robin: a third of the calls begins at the one that answers 500, and each of them goes on.
  expect(failing).toBe(10)
  expect(second! + third!).toBe(30)
  for (const backend of backends) backend.close()
}

test('the example configuration of the dispatcher balances calls, and goes on after a 500', async () => {
  const { port, backends, imported } = await exampleHere()
  check(imported)
  await startBalancer(imported)
  await servesCalls(port, backends)
})

test('its routes, compiled with everything strict, do the same', async () => {
  const { port, backends, imported } = await exampleHere()
  await runRoutes(imported, port)
  await servesCalls(port, backends)
})

/** `line verdict note`: + translated, ~ approximated, - not translated, 0 inactive. */
function reported({ rows }: ImportedFiles, file: string): string[] {
  const signs = { translated: '+', approximated: '~', 'not translated': '-', inactive: '0' }
  return rows
    .filter((row) => basename(row.file) === file)
    .map(({ line, endLine, verdict, note }) => {
      const lines = line === endLine ? String(line) : `${line}–${endLine}`
      return `${lines} ${signs[verdict as keyof typeof signs]} ${note}`
    })
}

test('the report of the example says what became of each line', () => {
  const imported = importTexts({ cfg: sampleCfg(), list: sampleList() })
  expect(reported(imported, 'kamailio.cfg')).toEqual([
    '23 + what Kamailio reads is read',
    '24 + put in where its name stands',
    '30 + put in where its name stands',
    '31 + put in where its name stands',
    '32 + put in where its name stands',
    '36 + what Kamailio reads is read',
    '37–38 0 WITH_DEBUG is not defined: Kamailio leaves this out, too',
    '40 + `log.level: info`',
    '41 ~ logs go to standard output',
    '44 - nothing to set: memory is not divided up beforehand',
    '45 - nothing to set: memory is not divided up beforehand',
    '47 - logs are JSON on standard output; the service manager keeps them',
    '49 ~ it stays in the foreground; the service manager starts and restarts it',
    '50 - one process serves; `workers` in lb.yaml is for where that is not enough',
    '53 + no TCP listener',
    '57 ~ no alias is made: what is addressed to a listener is ours',
    '62 + the port of listeners that name none',
    '68 + no Warning header is ever sent',
    '75 + drivers for the table of destinations are there',
    '76 - signals instead: SIGHUP reloads, SIGTERM drains',
    '77 + nothing to load; what is used of it is judged there',
    '78 + nothing to load; what is used of it is judged there',
    '79 + nothing to load; what is used of it is judged there',
    '80 + nothing to load; what is used of it is judged there',
    '81 + nothing to load; what is used of it is judged there',
    '82 + nothing to load; what is used of it is judged there',
    '83 + nothing to load; what is used of it is judged there',
    '84 + nothing to load; what is used of it is judged there',
    '85 + nothing to load; what is used of it is judged there',
    '86 + nothing to load; what is used of it is judged there',
    '87 + nothing to load; what is used of it is judged there',
    '88 + nothing to load; what is used of it is judged there',
    '89 - signals instead: SIGHUP reloads, SIGTERM drains',
    '90 - accounting is a plugin of your own: its `onDone` hook sees how each request ended',
    '91 + @sipwright/plugin-dispatcher',
    '98 - signals instead: SIGHUP reloads, SIGTERM drains',
    '103 + our Record-Route says ;lr as RFC 3261 §16.6 has it',
    '105 + our Record-Route is signed; it needs no tag',
    '109 - accounting is a plugin of your own: its `onDone` hook sees how each request ended',
    '110 - accounting is a plugin of your own: its `onDone` hook sees how each request ended',
    '111–112 - accounting is a plugin of your own: its `onDone` hook sees how each request ended',
    '115 + `failover.noResponse: 2s`',
    '116 + `timers.ringTimeout: 40s`',
    '119 - not needed: what was given on the command line is read instead',
    '120 - not needed: what was given on the command line is read instead',
    '121 + a request goes on to further destinations',
    '122 - a variable of scripts; `ctx.branch.target.origin` is the destination',
    '123 - a variable of scripts; `ctx.branch.target.origin` is the destination',
    '124 + `probe.from`',
    '125 + `probe.interval: 1m`, spread over it instead of all at once',
    '126 + `probe.mode: all`',
    '127 + probes have a timer each, apart from calls',
    '134 ~ `route` in lb.yaml, and a method in routes.ts; lb.yaml refuses with 404 every method that its rules do not name',
    '137 + what it does is built in',
    '140–145 + CANCEL is dealt with before routes are asked',
    '148 + ACK is dealt with before routes are asked',
    '149–152 + a retransmission or a CANCEL is dealt with before routes are asked',
    '153 + retransmissions are absorbed before routes are asked',
    '157 + what it does is built in',
    '163 ~ a Route that names somebody else is refused with 403, rather than taken out',
    '164 + the same condition',
    '165 + lb.yaml does so for INVITE, SUBSCRIBE and REFER',
    '169 + the same condition',
    '170 - flags are for accounting and NAT; a context key can carry what a later handler needs',
    '174 + calls its method',
    '177 + calls its method',
    '179 ~ the same condition; lb.yaml has no such condition and takes it as not met',
    '181 + the reason phrase is the standard one',
    '182 + the request has been answered',
    '186 + calls its method',
    '190 + a method in routes.ts',
    '191–193 + what cannot be sent is answered by itself',
    '194 + the request has been answered',
    '198 + a method in routes.ts',
    '199–202 + Max-Forwards is checked and counted down by itself (483)',
    '204–207 + what is no SIP is refused before routes are asked (400)',
    '211 + a method in routes.ts',
    '212 + requests inside dialogs follow their route set before routes are asked',
    '213 + ends this route',
    '218 + requests inside dialogs follow their route set by themselves',
    '219 ~ inside a dialog the request follows its route set, whatever this says',
    '220 - inside a dialog: flags are for accounting and NAT; a context key can carry what a later handler needs',
    '221 - inside a dialog: flags are for accounting and NAT; a context key can carry what a later handler needs',
    '223 ~ requests inside dialogs follow their route set by themselves; what else that route does is not done',
    '226 ~ inside a dialog the request follows its route set, whatever this says',
    '228 ~ requests inside dialogs follow their route set by themselves; what else that route does is not done',
    '231 + requests inside dialogs follow their route set by themselves',
    '232 + requests inside dialogs follow their route set by themselves',
    '235 + requests inside dialogs follow their route set by themselves',
    '236 + inside a dialog',
    '239 + inside a dialog',
    '243 ~ a request of a dialog that did not begin here is refused with 403',
    '244 + inside a dialog',
    '248 + a method in routes.ts',
    '249 + the same condition',
    '250 + ends this route',
    '252 + the reason phrase is the standard one',
    '253 + the request has been answered',
    '257 + a method in routes.ts',
    '258 + the same condition',
    '259 + ends this route',
    '261 + the reason phrase is the standard one',
    '262 + the request has been answered',
    '266 + a method in routes.ts',
    '268 + 4 is round-robin',
    '269 + the reason phrase is the standard one',
    '270 + the request has been answered',
    '272 - log lines are your own: inject a logger and write it',
    '273 + the failure handler is asked',
    '274 + calls its method',
    '275 + the request has been answered',
    '279 + a method in routes.ts',
    '280–282 + of a call that its caller gave up, no failure route is asked',
    '284–285 ~ a destination that sent nothing at all, or cannot be reached; one that has rung is never left for another',
    '286 + whether a destination is left',
    '287 - log lines are your own: inject a logger and write it',
    '288 + the failure handler is asked',
    '289 + calls its method',
    '290 + the request has been answered',
  ])
  expect(reported(imported, 'dispatcher.list')).toEqual([
    '9 + as it is',
    '10 ~ socket has no effect: the listener of the destination’s transport and address family sends',
    '13 ~ maxload holds under every algorithm, in Kamailio under 10 alone',
    '14 + as it is',
    '15 + as it is',
  ])
  expect(imported.todo).toEqual([
    'lb.yaml has no word for these conditions: kamailio.cfg:179. See what they guard; routes.ts has them.',
  ])
  const report = imported.read('MIGRATION.md')
  for (const { note, verdict } of imported.rows) {
    expect(report).toContain(`| ${verdict} | ${note.replaceAll('|', '\\|')} |`)
  }
  for (const [verdict, count] of Object.entries(imported.totals)) {
    expect(report).toContain(`| ${verdict} | ${count} |`)
  }
})

test('the password of the example stands in nothing that is written, with its list or with its database', () => {
  for (const list of [sampleList(), undefined]) {
    const imported = importTexts({ cfg: sampleCfg(), ...(list !== undefined && { list }) })
    const written = list === undefined ? [] : ['dispatcher.list']
    for (const name of ['lb.yaml', 'routes.ts', 'MIGRATION.md', ...written]) {
      expect(imported.read(name)).not.toContain('kamailiorw')
    }
    expect(JSON.stringify(imported.rows)).not.toContain('kamailiorw')
  }
})

test('its database is read by the balancer itself, which takes the password from the environment', () => {
  const imported = importTexts({ cfg: sampleCfg() })
  expect(imported.read('lb.yaml')).toContain('url: env:SIPWRIGHT_DISPATCHER_DB')
  expect(imported.todo.join()).toContain('mysql://kamailio:…@localhost/kamailio')
  expect(() => check(imported)).toThrow(/SIPWRIGHT_DISPATCHER_DB is not set/)
  check(imported, { SIPWRIGHT_DISPATCHER_DB: 'mysql://kamailio:secret@localhost/kamailio' })
})

test('the configuration that the package installs, and its IMS examples, become edges that are valid and compile', () => {
  const imported = [
    importFiles('--cfg', stockCfg),
    ...(['pcscf', 'scscf'] as const).map((name) =>
      importFiles('--cfg', join(imsExample(name), 'kamailio.cfg')),
    ),
  ]
  for (const each of imported) {
    check(each)
    compileRoutes(each)
    for (const file of new Set(each.rows.map((row) => row.file))) {
      expect(withoutRow(each, file)).toEqual([])
    }
  }
  const [stock, pcscf, scscf] = imported.map((each) => each.read('lb.yaml'))
  // It has no dispatcher: there is nothing to balance, and the report says what to do.
  expect(stock).not.toContain('source')
  expect(imported[0]!.todo.join()).toContain('There is no destination')
  expect(pcscf).toMatch(/"2":\n\s+algorithm: round-robin/)
  expect(scscf).toMatch(/interval: 15s\n[^]*- 404\n\s+- 480\n[^]*mode: all/)
})

/** mariadb-dump, of the table alone. */
function dumped(url: string): string {
  const { port, username, password, hostname } = new URL(url)
  const { status, stdout, stderr } = spawnSync(
    'mariadb-dump',
    ['--no-defaults', `--host=${hostname}`, `--port=${port}`, `--user=${username}`].concat(
      `--password=${password}`,
      ...['--skip-lock-tables', 'kamailio', 'dispatcher'],
    ),
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return stdout
}

test('rows of MariaDB are balanced from a dump, and from the database itself, bad ones reported', async () => {
  const database = await mariadb(await freePort())
  const [port, ...at] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const [one, two, three] = at
  database.run(`USE kamailio; INSERT INTO dispatcher (setid, destination, priority, attrs, description) VALUES
    (1, 'sip:127.0.0.1:${one}', 10, 'duid=a;maxload=20', 'it''s one; the first'),
    (1, 'sip:127.0.0.1:${two}', 0, '', 'tab\there "quoted"'),
    (1, 'no uri', 0, '', ''), (1, 'sip:127.0.0.1:${three}', 0, '', '')`)
  const cfg = sampleCfg().replace(/^# listen=.*$/m, `listen=udp:127.0.0.1:${port}`)
  const subjects = [one, two, three].map((each) => `1 sip:127.0.0.1:${each}`)

  const fromDump = importTexts({ cfg, dump: dumped(database.url) })
  expect(fromDump.read('dispatcher.list').trim().split('\n')).toEqual([
    `1 sip:127.0.0.1:${one} 0 10 duid=a;maxload=20`,
    `1 sip:127.0.0.1:${two} 0 0`,
    `1 sip:127.0.0.1:${three} 0 0`,
  ])

  const live = importTexts({ cfg }, '--db', database.url)
  expect(live.read('lb.yaml')).toContain('url: env:SIPWRIGHT_DISPATCHER_DB')
  for (const imported of [fromDump, live]) {
    const rows = imported.rows.filter(({ file }) => !file.endsWith('.cfg'))
    expect(rows.map(({ subject }) => subject).sort()).toEqual([...subjects, '1 no uri'].sort())
    expect(rows.find(({ subject }) => subject === '1 no uri')?.note).toBe(
      'found "no uri", expected a SIP URI; it is left out',
    )
    expect(imported.read('MIGRATION.md')).not.toContain('secret')
    expect(imported.read('lb.yaml')).not.toContain('secret')
  }

  const balancer = await startBalancer(fromDump)
  await servesCalls(port, at)
  await balancer.stop()
  check(live, { SIPWRIGHT_DISPATCHER_DB: database.url })
  // Both are ways to keep a secret out of the file; this one the test can give to a process.
  const configuration = live.read('lb.yaml').replace('env:SIPWRIGHT_DISPATCHER_DB', 'file:database')
  await Balancer.start({ 'lb.yaml': configuration, database: database.url })
  await servesCalls(port, at)
})

test('what cannot be imported is refused in one line, and nothing is written', () => {
  const refused = (...args: readonly string[]): string => {
    try {
      importFiles(...args)
      return 'imported'
    } catch (error) {
      return (error as Error).message.replaceAll(/\/\S*\//g, '')
    }
  }
  expect(refused('--cfg', '/none.cfg')).toMatch(/^import failed: .*none.cfg \(it is not there\)/)
  expect(refused('--db', 'mysql://u:secret@127.0.0.1:1/k')).toMatch(/^import failed: .*(?!secret)/)
  expect(refused('--db', 'mysql://u:secret@127.0.0.1:1/k')).not.toContain('secret')
  const { folder } = importTexts({ list: sampleList() })
  expect(refused('--list', stockCfg, '--out', folder)).toContain('--force overwrites it')
})

/** Lines of a file that are neither comment nor bracket and have no row. */
function withoutRow({ rows }: ImportedFiles, file: string): string[] {
  const own = rows.filter((row) => row.file === file)
  return readFileSync(file, 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .split('\n')
    .map((text, index) => ({
      text: text.replace(/^\s*#(?!!\w).*|^#!KAMAILIO/, '').trim(),
      line: index + 1,
    }))
    .filter(({ text }) => !/^(?:[{}();]|else)*$/.test(text.replaceAll(/\s+|#[^!].*$/g, '')))
    .filter(({ text }) => !/^#!(?:else|endif)/.test(text))
    .filter(({ line }) => !own.some((row) => row.line <= line && line <= row.endLine))
    .map(({ text, line }) => `${line}: ${text}`)
}
