/** What routes.ts does, on virtual time; and that nothing of a stranger's file gets into it but quoted. */
import { afterEach, expect, test } from '@jest/globals'
import { importing, removeFolders, routed } from '../rig.js'
import { appOf } from './transpiled.js'

afterEach(removeFolders)

const list = `1 sip:a.example 0 10
1 sip:b.example 0 5
2 sip:c.example
`

async function made(routes: string, flags = 2) {
  const imported = await importing({ cfg: routed(routes, flags), list })
  return { imported, app: await appOf(imported) }
}

const bob = 'sip:bob@example.com'
const relay = 'route(RELAY);'
const relaying = 'route[RELAY] { if (!t_relay()) { sl_reply_error(); } exit; }'

test('a selection, its answer without a destination, and failover as the failure route says', async () => {
  const { app } = await made(`route {
    if (!ds_select_dst("1", "8")) { send_reply("480", "none"); exit; }
    t_on_failure("F"); ${relay} }
  ${relaying}
  failure_route[F] {
    if (t_is_canceled()) exit;
    if (t_check_status("500") or (t_branch_timeout() and !t_branch_replied())) {
      if (ds_next_dst()) { t_on_failure("F"); ${relay} exit; }
    }
  }`)
  const call = async (status: number | 'timeout') => {
    const { status: final, branches } = await app.inject(
      { method: 'INVITE', uri: bob },
      { backends: { 'sip:a.example': status, 'sip:b.example': 200 } },
    )
    return [final, branches.map(({ target }) => target.uri)]
  }
  expect(await call(200)).toEqual([200, ['sip:a.example']])
  expect(await call(500)).toEqual([200, ['sip:a.example', 'sip:b.example']])
  expect(await call(486)).toEqual([486, ['sip:a.example']])
  expect(await call('timeout')).toEqual([200, ['sip:a.example', 'sip:b.example']])
  await app.close()
})

test('a failure route that does not arm itself again is asked once', async () => {
  const { app } = await made(`route { ds_select_dst("1", "8"); t_on_failure("F"); t_relay(); }
  failure_route[F] { if (ds_next_dst()) { t_relay(); exit; } t_reply("504", "x"); exit; }`)
  const call = await app.inject(
    { method: 'INVITE', uri: bob },
    { backends: { 'sip:a.example': 503, 'sip:b.example': 486 } },
  )
  // The second failure is forwarded, not answered 504.
  expect([call.status, call.branches.length]).toEqual([486, 2])
  await app.close()
})

test('the last failure is answered as the route says', async () => {
  const { app } = await made(`route { ds_select_dst("2", "8"); t_on_failure("F"); t_relay(); }
  failure_route[F] { if (ds_next_dst()) { t_relay(); } else { send_reply("504", "x"); } exit; }`)
  const call = await app.inject(
    { method: 'INVITE', uri: bob },
    { backends: { 'sip:c.example': 503 } },
  )
  expect(call.status).toBe(504)
  await app.close()
})

test('conditions on method, user, header and set; methods one after the other', async () => {
  const { app } = await made(`route {
    route(CHECK);
    if ($rU == $null) { sl_send_reply("484", "Address Incomplete"); exit; }
    if ($rU =~ "^(2|3)") { ds_select_dst("2", "4"); t_relay(); exit; }
    if (!is_method("INVITE|MESSAGE") or $ua =~ "scan/ner") { sl_send_reply("405", "x"); exit; }
    if (ds_list_exists("1") && !ds_is_active("77")) { ds_select_dst("1", "4"); t_relay(); }
  }
  route[CHECK] {
    if (!is_method("REGISTER")) return;
    sl_send_reply("404", "No registrar");
    exit;
  }`)
  const status = async (method: string, uri: string, headers: Record<string, string> = {}) =>
    (
      await app.inject(
        { method, uri, headers },
        { backends: { 'sip:a.example': 200, 'sip:b.example': 200, 'sip:c.example': 202 } },
      )
    ).status
  expect(await status('REGISTER', 'sip:example.com')).toBe(404)
  expect(await status('MESSAGE', 'sip:example.com')).toBe(484)
  expect(await status('MESSAGE', 'sip:2000@example.com')).toBe(202)
  expect(await status('PUBLISH', bob)).toBe(405)
  expect(await status('MESSAGE', bob, { 'User-Agent': 'Scan/ner 1' })).toBe(405)
  await app.close()
})

test('several sets are one walk, and a limit is one', async () => {
  const { app } =
    await made(`route { ds_select_routes("2=8;1=8", "d", 2); t_on_failure("F"); t_relay(); }
  failure_route[F] { if (ds_next_dst()) { t_on_failure("F"); t_relay(); } }`)
  const call = await app.inject(
    { method: 'INVITE', uri: bob },
    { backends: { 'sip:a.example': 503, 'sip:b.example': 200, 'sip:c.example': 503 } },
  )
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:c.example', 'sip:a.example'])
  await app.close()
})

test('ds_select_domain rewrites the Request-URI, ds_mark_dst marks the one that failed', async () => {
  const { app, imported } =
    await made(`route { ds_select_domain("1", "8"); t_on_failure("F"); t_relay(); }
  failure_route[F] { ds_mark_dst("ip"); if (ds_next_domain()) { t_relay(); } }`)
  const call = () =>
    app.inject(
      { method: 'INVITE', uri: bob },
      {
        backends: {
          'sip:bob@a.example': 503,
          'sip:bob@b.example': 200,
          'sip:a.example': 503,
          'sip:b.example': 200,
        },
      },
    )
  expect((await call()).branches.map(({ target }) => target.uri)).toEqual([
    ...['sip:bob@a.example', 'sip:bob@b.example'],
  ])
  expect((await call()).branches.map(({ target }) => target.uri)).toEqual(['sip:bob@b.example'])
  expect(imported.file('routes.ts')).toContain("role: 'domain'")
  await app.close()
})

test('what nobody selected for is refused, never relayed to where its Request-URI points', async () => {
  const { app } = await made('route { t_relay(); }')
  const call = await app.inject({ method: 'INVITE', uri: bob }, { backends: { [bob]: 200 } })
  expect([call.status, call.branches.length]).toEqual([404, 0])
  await app.close()
})

test('a condition that is not understood takes its block with it, as a comment with its lines', async () => {
  const { imported, app } = await made(`route {
    if ($var(x) > 3) {
      sl_send_reply("500", "x");
      exit;
    }
    ds_select_dst("1", "8"); t_relay();
  }`)
  expect(imported.file('routes.ts'))
    .toContain(`    // kamailio.cfg:5, not translated: this condition has no counterpart
    //   if ($var(x) > 3) {
    //     sl_send_reply("500", "x");
    //     exit;
    //   }
`)
  const call = await app.inject(
    { method: 'INVITE', uri: bob },
    { backends: { 'sip:a.example': 200 } },
  )
  expect(call.status).toBe(200)
  await app.close()
})

test('nothing of a stranger’s file gets out of its quotes', async () => {
  const evil = 'globalThis.hacked = 1'
  const [name, failure] = [`"*/ ${evil} //"`, `"F'; ${evil}; '\u2028 ${evil}"`]
  const { app, imported } = await made(`
route {
  $var(a) = "*/ ${evil} /*\u2028 ${evil}";
  if ($rU == "'; ${evil}; '") { sl_send_reply("401", "x"); exit; }
  if ($rU =~ "a/; ${evil}; /b") { sl_send_reply("402", "x"); exit; }
  if ($rU =~ "b\\\\/; ${evil}; /c") { sl_send_reply("402", "x"); exit; }
  if ($hdr(X-';${evil};') == "1") { exit; }
  if (is_present_hf("X'; ${evil}; '")) { exit; }
  t_on_failure(${failure});
  route(${name});
}
route[${name}] { ds_select_dst("1", "4"); t_relay(); }
failure_route[${failure}] { xlog("*/ ${evil}"); }
event_route["*/\u2028${evil}"] { xlog("x"); }
`)
  await app.inject({ method: 'INVITE', uri: bob }, { backends: { 'sip:a.example': 200 } })
  expect('hacked' in globalThis).toBe(false)
  expect(imported.file('routes.ts')).not.toMatch(/\u2028/)
  await app.close()
})
