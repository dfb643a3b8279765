/** Every function of dispatcher.md §1.13 has a verdict that says more than that it is unknown. */
import { afterEach, expect, test } from '@jest/globals'
import { importing, removeFolders, routed } from '../rig.js'

afterEach(removeFolders)

const inRequest = [
  ...['ds_select_dst("1", "4")', 'ds_select_domain("1", "4")', 'ds_select("1", "4", "2")'],
  ...['ds_select_routes("1=4", "d")', 'ds_set_dst()', 'ds_set_domain()', 'ds_mark_dst("ip")'],
  ...['ds_mark_addr("ip", "1", "sip:a")', 'ds_load_update()', 'ds_load_unset()', 'ds_reload()'],
  ...['ds_dsg_fetch("1")', 'ds_dsg_fetch_uri("1", "sip:a")', 'ds_next_dst()', 'ds_next_domain()'],
  'ds_oc_set_attrs("1", "sip:a", "10", "500", "1")',
  ...['ds_select_dst("$var(x)", "4")', 'ds_mark_dst("$var(x)")'],
]
const asConditions = [
  ...[
    'ds_list_exists("1")',
    'ds_list_exist("1")',
    'ds_is_from_list()',
    'ds_is_from_list("1", "3")',
  ],
  ...['ds_is_active("1")', 'ds_select_dst("1", "4")', 'ds_is_from_list("$var(x)")'],
]

test.each(inRequest)('%s alone', async (call) => {
  const { rows } = await importing({ cfg: routed(`route {\n${call};\n}`) })
  const row = rows.find(({ line }) => line === 5)
  expect(row?.note).toBeTruthy()
  expect(row?.note).not.toMatch(/^\w+ has no counterpart$/)
})

test.each(asConditions)('%s as a condition', async (call) => {
  const { rows, file } = await importing({ cfg: routed(`route {\nif (${call}) exit;\n}`) })
  const row = rows.find(({ line }) => line === 5)
  const known = !call.includes('$var')
  expect(row?.verdict === 'not translated').toBe(!known)
  expect(file('routes.ts').includes('this.dispatcher.')).toBe(known)
})

test('ds_next_dst in a failure route asks whether a destination is left', async () => {
  const { file } = await importing({
    cfg: routed(`route { ds_select_dst("1", "4"); t_on_failure("F"); t_relay(); }
      failure_route[F] { if (ds_next_domain()) t_relay(); }`),
  })
  expect(file('routes.ts')).toContain('if (ctx.peek(destinations)?.isEmpty === false) {')
})

test('the events of the dispatcher are told apart from others', async () => {
  const { lines } = await importing({
    cfg: 'event_route[dispatcher:dst-down] { xlog("x"); }\nevent_route[dispatcher:dst-up] { }\nevent_route[x:y] { }',
  })
  expect(lines().map((line) => line.slice(0, 16))).toEqual([
    '1 approximated: ',
    '2 approximated: ',
    '3 not translated',
  ])
})
