/** The whole import against texts that nobody would write, and the ones that somebody might. */
import { afterEach, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { importKamailio } from '#src/kamailio-import.js'
import { appOf } from './routing/transpiled.js'
import { folderWith, importing, removeFolders, routed } from './rig.js'

afterEach(removeFolders)

test('a list beside kamailio.cfg is found as Kamailio finds it, or by its name', async () => {
  for (const line of ['', 'modparam("dispatcher", "list_file", "/etc/kamailio/dispatcher.list")']) {
    const folder = folderWith({ 'kamailio.cfg': line, 'dispatcher.list': '1 sip:a.example' })
    const { files } = await importKamailio({ cfg: join(folder, 'kamailio.cfg') })
    expect(files.get('dispatcher.list')).toBe('1 sip:a.example\n')
  }
})

test('a database that only the configuration names is not asked; without a password its URL stays', async () => {
  const { file, todo } = await importing({
    cfg: 'modparam("dispatcher", "db_url", "postgres://k@db/kamailio")',
  })
  expect(file('lb.yaml')).toContain('url: postgres://k@db/kamailio')
  expect(todo.join()).toContain('postgres://k@db/kamailio, which was not asked')
})

test('a database of another kind is what is to do', async () => {
  const { todo, lines } = await importing({
    cfg: 'modparam("dispatcher", "db_url", "text:///etc/kamailio/dbtext")',
  })
  expect(todo.join()).toContain('import again with --db and a dump')
  expect(lines()[0]).toMatch(/^1 not translated: no such database is read/)
})

test('of rows in a database shares by rweight stay with kamailio:11', async () => {
  const { file } = await importing({
    cfg: routed(
      'modparam("dispatcher", "db_url", "mysql://k@db/kamailio")\nroute { ds_select_dst("1", "11"); t_relay(); }',
    ),
  })
  expect(file('lb.yaml')).toContain('algorithm: kamailio:11')
  expect(file('routes.ts')).not.toContain('relative-weight')
})

test('checks of who may call that are not translated stand among what is to do', async () => {
  const { todo, file } = await importing({
    cfg: routed(`route {
  if (!allow_source_address("1")) { sl_send_reply("403", "x"); exit; }
  if (src_ip != 10.0.0.1) { drop; }
  ds_select_dst("1", "4"); t_relay();
}`),
    list: '1 sip:a.example',
  })
  expect(todo).toEqual([
    'Who may call is not asked here: kamailio.cfg:5. Do not open it to strangers before it is.',
    'lb.yaml has no word for these conditions: kamailio.cfg:6. See what they guard; routes.ts has them.',
  ])
  expect(file('routes.ts')).toContain("if (sourceAddressOf(ctx) !== '10.0.0.1') {")
})

test('without a request_route everything goes to one set, and fails over as lb.yaml does', async () => {
  const imported = await importing({ list: '1 sip:a.example 0 9\n1 sip:b.example' })
  const app = await appOf(imported)
  const call = await app.inject(
    { method: 'INVITE', uri: 'sip:bob@example.com' },
    { backends: { 'sip:a.example': 503, 'sip:b.example': 200 } },
  )
  expect(call.status).toBe(200)
  await app.close()
  const { todo } = await importing({ cfg: 'cfgengine "lua"', list: '1 sip:a.example' })
  expect(todo.join()).toContain('No rule could be read')
})

test('no secret of the inputs stands in what is written', async () => {
  const secrets = ['hunter1', 'hunter2', 'hunter3', 'hunter4', 'hunter5', 'hunter6']
  const { files, rows, todo } = await importing({
    cfg: routed(`#!define PW "hunter1"
#!substdef "!DBPW!hunter2!g"
modparam("dispatcher|acc", "db_url", "mysql://k:hunter3@db/kamailio")
modparam("auth_db", "password", "hunter4")
http_secret="hunter5"
route { $var(r) = "http://x:hunter6@y/"; pv_www_authenticate("$td", "hunter4", "0"); }
`),
  })
  const written = [...files.values(), JSON.stringify(rows), todo.join()].join('\n')
  for (const secret of secrets) expect(written).not.toContain(secret)
})

test('noise is imported or refused with a place, never anything else', async () => {
  const parts = [
    ...[
      'route {',
      'route[A] {',
      'failure_route[F] {',
      '}',
      'if (',
      ') ',
      '{',
      'else',
      'exit;',
      'return;',
    ],
    ...['ds_select_dst("1","4")', 'ds_next_dst()', 't_relay();', 't_on_failure("F");', 'route(A);'],
    ...[
      'is_method("INVITE")',
      '!',
      '&&',
      '||',
      '$rU == $null',
      '"',
      "'",
      '#!ifdef X\n',
      '#!endif\n',
      '\n',
    ],
    ...[
      'modparam("dispatcher", "flags", 2)\n',
      'listen=udp:1.2.3.4:5\n',
      'send_reply("404","x");',
      '/*',
      '*/',
      ';',
    ],
  ]
  let seed = 11
  for (let round = 0; round < 300; round++) {
    let cfg = ''
    for (let length = 0; length < 40; length++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      cfg += `${parts[(seed >> 8) % parts.length]!} `
    }
    const folder = folderWith({ 'k.cfg': cfg })
    try {
      await importKamailio({ cfg: join(folder, 'k.cfg') })
    } catch (error) {
      expect((error as Error).message).toMatch(/k\.cfg:\d+: found /)
    }
  }
})

test('what is long or deep is dealt with in bounded time', async () => {
  const chain = Array.from(
    { length: 300 },
    (_, index) => `route[R${index}] { route(R${index + 1}); route(R${index + 1}); }`,
  )
  const texts = [
    routed(`route { route(R0); } ${chain.join('\n')} route[R300] { t_relay(); }`),
    routed(`route { ${'xlog("x");\n'.repeat(20_000)} ${'exit;\n'.repeat(20_000)} }`),
    routed(`route { ${'if ($rU =~ "^1") { '.repeat(350)} exit; ${'}'.repeat(350)} }`),
    routed(
      `route { ${'if ($ua =~ "x") { drop; } '.repeat(5_000)} ds_select_dst("1","4"); t_relay(); }`,
    ),
    `#!define A ${'B '.repeat(1_000)}\n#!define B ${'C '.repeat(1_000)}\n#!define C ${'D '.repeat(1_000)}\nA`,
    `x=${'a '.repeat(200_000)}`,
  ]
  for (const cfg of texts) {
    await importing({ cfg }).catch((error: unknown) => {
      expect((error as { code?: string }).code).toBe('SIPW_ERR_IMPORT_INPUT')
    })
  }
})
