/** What lb.yaml says of routes: rules, failover, answers. */
import { afterEach, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { importing, removeFolders, routed } from '../rig.js'

afterEach(removeFolders)

interface Lb {
  readonly route: readonly object[]
  readonly failover: {
    readonly on: readonly unknown[]
    readonly maxAttempts: number
    readonly noDestination: number
  }
  readonly dispatcher: { readonly sets: object; readonly health?: object }
}

async function lb(routes: string, flags = 2): Promise<Lb> {
  return parse((await importing({ cfg: routed(routes, flags) })).file('lb.yaml')) as Lb
}

const relay = 'if (!t_relay()) sl_reply_error(); exit;'

test('every method to one set is one rule without methods', async () => {
  const { route } = await lb(`route { ds_select_dst("1", "4"); ${relay} }`)
  expect(route).toEqual([{ set: 1 }])
})

test('methods that go elsewhere have rules of their own, before the rest', async () => {
  const { route } = await lb(`route {
    if (is_method("REGISTER")) { ds_select_dst("2", "4"); ${relay} }
    ds_select_dst("1", "4"); ${relay} }`)
  expect(route).toEqual([{ methods: ['REGISTER'], set: 2 }, { set: 1 }])
})

test('users that go elsewhere, in the order of the routes', async () => {
  const { route } = await lb(`route {
    if ($rU =~ "^2") { ds_select_dst("2", "4"); ${relay} }
    else if ($rU == "911") { route(EMERGENCY); }
    ds_select_dst("1", "4"); ${relay} }
  route[EMERGENCY] { ds_select_dst("9", "4"); ${relay} }`)
  expect(route).toEqual([{ user: '2*', set: 2 }, { user: '911', set: 9 }, { set: 1 }])
})

test('refused methods are left out, and all that have no name with them', async () => {
  const { route } = await lb(`route {
    if (!is_method("INVITE|OPTIONS")) { sl_send_reply("405", "No"); exit; }
    ds_select_dst("1", "4"); ${relay} }`)
  expect(route).toEqual([{ methods: ['INVITE', 'OPTIONS'], set: 1 }])
})

test('what the rules of one method leave over does not fall through to those of all others', async () => {
  const { route } = await lb(`route {
    if (is_method("REGISTER")) {
      if ($rU =~ "^2") { ds_select_dst("2", "4"); ${relay} }
      sl_send_reply("404", "x"); exit;
    }
    ds_select_dst("1", "4"); ${relay} }`)
  expect(route[0]).toEqual({ user: '2*', methods: ['REGISTER'], set: 2 })
  expect(route).toHaveLength(2)
  const [, rest] = route as readonly { methods: readonly string[] }[]
  expect(rest!.methods).toContain('INVITE')
  expect(rest!.methods).not.toContain('REGISTER')
})

test('failover by the statuses and the silence that the failure route goes on for', async () => {
  const failing = (condition: string) =>
    lb(`route { ds_select_dst("1", "4"); t_on_failure("F"); ${relay} }
    failure_route[F] { if (t_is_canceled()) exit; if (${condition}) { if (ds_next_dst()) { t_relay(); exit; } } }`)
  expect((await failing('t_check_status("500|503")')).failover.on).toEqual([500, 503])
  expect((await failing('t_check_status("5[0-9][0-9]")')).failover.on).toEqual(['5xx'])
  expect((await failing('t_branch_timeout() and !t_branch_replied()')).failover.on).toEqual([
    ...['transport-error', 'no-response'],
  ])
  // A local timeout is a 408 in Kamailio, too.
  expect((await failing('t_check_status("408")')).failover.on).toEqual([
    ...[408, 'transport-error', 'no-response'],
  ])
  expect((await failing('$T_reply_code == 503')).failover.on).toEqual([503])
})

test('without bit 2 of flags, or without a failure route, one destination is tried', async () => {
  const routes = `route { ds_select_dst("1", "4"); t_on_failure("F"); ${relay} }
    failure_route[F] { if (ds_next_dst()) t_relay(); }`
  expect((await lb(routes, 0)).failover.maxAttempts).toBe(1)
  expect((await lb(routes)).failover.maxAttempts).toBe(100)
  expect((await lb(routes.replace('"4")', '"4", "3")'))).failover.maxAttempts).toBe(3)
  expect((await lb(`route { ds_select_dst("1", "4"); ${relay} }`)).failover).toMatchObject({
    ...{ on: [], maxAttempts: 1 },
  })
})

test('the answer without a destination is that of the route', async () => {
  const { failover } = await lb(
    `route { if (!ds_select_dst("1", "4")) { send_reply("480", "x"); exit; } ${relay} }`,
  )
  expect(failover.noDestination).toBe(480)
})

test('ds_mark_dst becomes an ejection that a probe ends', async () => {
  const { dispatcher } = await lb(`route { ds_select_dst("1", "4"); t_on_failure("F"); ${relay} }
    failure_route[F] { if (t_check_status("503")) { ds_mark_dst("ip"); if (ds_next_dst()) t_relay(); } }`)
  expect(dispatcher.health).toEqual({
    ejection: { consecutive: 1, statuses: [503], probeEnds: true },
  })
})

test('conditions that lb.yaml has no word for are reported where they stand', async () => {
  const { lines, file } = await importing({
    cfg: routed(`route {
if ($ua =~ "scanner") { drop; }
if (ds_is_from_list("2")) { ds_select_dst("3", "4"); ${relay} }
ds_select_dst("1", "4"); ${relay} }`),
  })
  expect(lines()).toContainEqual(
    '5 approximated: case is ignored, as Kamailio does; lb.yaml has no such condition and takes it as not met',
  )
  expect((parse(file('lb.yaml')) as Lb).route).toEqual([{ set: 1 }])
})

test('routes that say nothing leave one rule, and a line of what is to do', async () => {
  const { file, todo } = await importing({
    cfg: routed(`route { if ($var(x) > 1) { ds_select_dst("7", "8"); t_relay(); } }`),
    list: '7 sip:a.example',
  })
  expect((parse(file('lb.yaml')) as Lb).route).toEqual([{ set: 7 }])
  expect(todo.join()).toContain('every request to set 7')
})

test('many branches one behind the other end in bounded time', async () => {
  const branches = Array.from(
    { length: 60 },
    (_, index) => `if ($rU =~ "^${index}") route(R${index});`,
  )
  const routes = branches.map(
    (_, index) => `route[R${index}] { ${branches.slice(index + 1).join(' ')} }`,
  )
  const { route } = await lb(
    `route { ${branches.join(' ')} ds_select_dst("1", "4"); ${relay} } ${routes.join('\n')}`,
  )
  expect(Array.isArray(route)).toBe(true)
})
