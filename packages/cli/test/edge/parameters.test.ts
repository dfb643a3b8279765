/** Every parameter of dispatcher.md §1.11 has a verdict, and the values arrive in lb.yaml. */
import { afterEach, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { importing, removeFolders } from '../rig.js'

afterEach(removeFolders)

/** By name, a value that is not the default. */
const parameters: Readonly<Record<string, string | number>> = {
  ...{ list_file: 'x.list', db_url: 'mysql://u:p@h/k', table_name: 't', setid_col: 'g' },
  ...{
    destination_col: 'd',
    flags_col: 'f',
    priority_col: 'p',
    attrs_col: 'a',
    force_dst: 0,
    flags: 3,
  },
  ...{ use_default: 1, xavp_dst: 'x', xavp_dst_mode: 1, xavp_ctx: 'c', xavp_ctx_mode: 1 },
  ...{ hash_pvar: '$hdr(X-T)', setid_pvname: '$var(s)', attrs_pvname: '$var(a)' },
  ...{ ds_ping_method: 'INFO', ds_ping_from: 'sip:p@k.org', ds_ping_interval: 15 },
  ...{
    ds_ping_fr_timer: 32,
    ds_ping_fr_timeout: 32,
    ds_probing_threshold: 4,
    ds_inactive_threshold: 2,
  },
  ...{ ds_ping_reply_codes: 'class=2;code=404', ds_probing_mode: 3, ds_ping_latency_stats: 1 },
  ...{ ds_retain_latency_stats: 1, ds_latency_estimator_alpha: 200, ds_hash_size: 8 },
  ...{ ds_hash_expire: 3600, ds_hash_initexpire: 60, ds_hash_check_interval: 10 },
  ...{ outbound_proxy: 'sip:o', ds_default_socket: 'udp:1', ds_default_sockname: 'n' },
  ...{ ds_ping_socket: 'udp:1', ds_timer_mode: 1, event_callback: 'f', event_callback_mode: 1 },
  ...{ ds_attrs_none: 1, ds_db_extra_attrs: 'x', ds_load_mode: 1, reload_delta: 5 },
  ...{ ds_dns_mode: 4, ds_dns_interval: 60, ds_dns_match_all: 1, ds_dns_ttl: 1 },
}

function modparam(name: string, value: string | number, module = 'dispatcher'): string {
  const text = typeof value === 'number' ? String(value) : `"${value}"`
  return `modparam("${module}", "${name}", ${text})`
}

async function lb(lines: readonly string[]): Promise<Record<string, Record<string, unknown>>> {
  const cfg = ['loadmodule "tm"', 'loadmodule "dispatcher"', ...lines].join('\n')
  const { file } = await importing({ cfg, list: '1 sip:a.example' })
  return parse(file('lb.yaml')) as Record<string, Record<string, unknown>>
}

test.each(Object.entries(parameters))('%s has a verdict of its own', async (name, value) => {
  const { rows } = await importing({ cfg: modparam(name, value) })
  const row = rows.find(({ subject }) => subject === `dispatcher ${name}`)
  expect(row?.note).not.toBe('no such parameter is known')
  expect(row?.note).not.toBe('')
})

test('one that nobody knows is said to be unknown', async () => {
  const { lines } = await importing({ cfg: modparam('ds_new', 1) })
  expect(lines()).toEqual(['1 not translated: no such parameter is known'])
})

test('probing, with Kamailio’s defaults where nothing is said', async () => {
  expect((await lb([modparam('ds_ping_interval', 30)]))['dispatcher']!['probe']).toEqual({
    ...{ method: 'OPTIONS', interval: '30s', timeout: '30s', threshold: 1, recover: 1 },
    ...{ replyCodes: ['200-299'], mode: 'none', from: 'sip:dispatcher@localhost' },
  })
  const given = ['ds_ping_method', 'ds_ping_from', 'ds_ping_interval', 'ds_ping_fr_timer']
  const more = [
    'ds_probing_threshold',
    'ds_inactive_threshold',
    'ds_ping_reply_codes',
    'ds_probing_mode',
  ]
  const lines = [...given, ...more].map((name) => modparam(name, parameters[name]!))
  expect((await lb(lines))['dispatcher']!['probe']).toEqual({
    ...{ method: 'INFO', interval: '15s', timeout: '2s', threshold: 4, recover: 2 },
    ...{ replyCodes: ['200-299', 404], mode: 'flagged', from: 'sip:p@k.org' },
  })
})

test('timers of tm, with its own defaults', async () => {
  const absent = await lb([])
  expect([absent['failover']!['noResponse'], absent['timers']!['ringTimeout']]).toEqual([
    '30s',
    '2m',
  ])
  const given = await lb([
    modparam('fr_timer', 2_500, 'tm'),
    modparam('fr_inv_timer', 40_000, 'tm'),
  ])
  expect([given['failover']!['noResponse'], given['timers']!['ringTimeout']]).toEqual([
    '2500ms',
    '40s',
  ])
})

test('of a parameter that is given twice the last counts, and the report says so', async () => {
  const lines = [modparam('ds_probing_mode', 2), modparam('ds_probing_mode', 1)]
  expect((await lb(lines))['dispatcher']!['probe']).toMatchObject({ mode: 'all' })
  const { rows } = await importing({ cfg: lines.join('\n') })
  expect(rows.map(({ note }) => note)).toEqual([
    ...['a later line says otherwise, and counts', '`probe.mode: all`'],
  ])
})

test('hashes: a variable becomes a key, bit 1 of flags looks at users alone', async () => {
  const routes = 'route { ds_select_dst("1", "7"); ds_select_dst("2", "3"); }'
  const { dispatcher } = await lb([
    modparam('flags', 1),
    modparam('hash_pvar', '$hdr(X-T)'),
    routes,
  ])
  expect(dispatcher!['sets']).toEqual({
    1: { algorithm: 'hash-expression', key: 'header:X-T' },
    2: { algorithm: 'hash-ruri', userOnly: true },
  })
})

test('a variable that is no key is what is to do', async () => {
  const cfg = `${modparam('hash_pvar', '$var(x)')}\nroute { ds_select_dst("1", "7"); }`
  const { todo } = await importing({ cfg, list: '1 sip:a.example' })
  expect(todo.join()).toContain('Set 1 hashes a variable that has no key here')
})

test.each([
  [0, 'hash-call-id'],
  [1, 'hash-from'],
  [2, 'hash-to'],
  [3, 'hash-ruri'],
  [4, 'round-robin'],
  [5, 'hash-auth-user'],
  [6, 'random'],
  [7, 'hash-expression'],
  [8, 'priority'],
  [9, 'weight'],
  [10, 'call-load'],
  [11, 'relative-weight'],
  [12, 'parallel'],
  [13, 'latency'],
  [14, 'round-robin-or-priority'],
  [15, 'srv'],
  [64, 'round-robin-overload'],
  [99, 'priority'],
])('Kamailio’s algorithm %i is %s (§1.1)', async (number, name) => {
  const { dispatcher } = await lb([`route { ds_select_dst("1", "${number}"); }`])
  expect(dispatcher!['sets']).toMatchObject({ 1: { algorithm: name } })
})

test('strict loading, and how long a call counts', async () => {
  const { dispatcher } = await lb([modparam('ds_load_mode', 1), modparam('ds_hash_expire', 3_600)])
  expect(dispatcher).toMatchObject({ source: { strict: true }, load: { maxDuration: '1h' } })
})
