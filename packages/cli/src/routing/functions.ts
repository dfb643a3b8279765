/** Functions of Kamailio that stand alone as a statement and need no step here, and why. */
import { type Expression } from '../kamailio/script.js'
import { type Judgement, unguarded } from '../kamailio/settings.js'

/** Undefined: no such function is known; it is kept as a comment. */
export function judgeFunction(name: string, first: string | undefined): Judgement | undefined {
  if (name === 'remove_hf' && first?.toLowerCase() === 'route') {
    return {
      verdict: 'approximated',
      note: 'a Route that names somebody else is refused with 403, rather than taken out',
    }
  }
  const known = builtIn.get(name)
  return known === undefined ? undefined : { verdict: 'translated', note: known }
}

/** Whether the function sends the request on. */
export function isRelay(name: string): boolean {
  return /^(?:t_relay(?:_to_\w+)?|forward)$/.test(name)
}

/** `!t_relay()` */
export function relayIn(condition: Expression): Expression | undefined {
  const inner = condition.kind === 'not' ? condition.of : condition
  return inner.kind === 'call' && isRelay(inner.name) ? inner : undefined
}

/** Of one that is kept as a comment. */
export function adviceOnFunction(name: string): string {
  return advice.find(([pattern]) => pattern.test(name))?.[1] ?? `${name} has no counterpart`
}

const retransmissions = 'retransmissions are absorbed before routes are asked'
const errorAnswers = 'a request that cannot be sent is answered by itself'
const calls = 'calls are counted by themselves: by BYE, failure, timeout and session timer'

const builtIn: ReadonlyMap<string, string> = new Map([
  ['t_check_trans', retransmissions],
  ['t_precheck_trans', retransmissions],
  ['t_newtran', 'every request has its transaction'],
  ['sl_reply_error', errorAnswers],
  ['t_reply_error', errorAnswers],
  ['mf_process_maxfwd_header', 'Max-Forwards is checked and counted down by itself (483)'],
  ['sanity_check', 'what is no SIP is refused before routes are asked (400)'],
  ['loose_route', 'requests inside dialogs follow their route set before routes are asked'],
  ['force_rport', 'answers go where the request came from (RFC 3581)'],
  ['add_rport', 'our Via asks for it (RFC 3581)'],
  ['set_reply_no_connect', 'answers go back by the connection that the request came by'],
  ['t_set_auto_inv_100', '100 Trying is sent at once'],
  ['ds_load_update', calls],
  ['ds_load_unset', calls],
  ['ds_set_dst', 'what was selected last is where it goes'],
  ['ds_set_domain', 'what was selected last is where it goes'],
  ['ds_next_dst', 'the relay takes the next one by itself'],
  ['ds_next_domain', 'the relay takes the next one by itself'],
])

const advice: readonly (readonly [RegExp, string])[] = [
  [
    /^x?(?:log|dbg|info|notice|warn|err|crit|alert)|^xlogl?$/,
    'log lines are your own: inject a logger and write it',
  ],
  [
    /^(?:set|reset|isset|is)b?flag/,
    'flags are for accounting and NAT; a context key can carry what a later handler needs',
  ],
  [
    /^(?:append_hf|insert_hf|remove_hf|subst|replace|msg_apply)/,
    'edit `ctx.request.headers`, or the copy in @OnBranch',
  ],
  [/^t_on_(?:branch|reply)/, 'a branch route is @OnBranch, a reply route is @OnResponse'],
  [/^t_set_(?:fr|max)/, '`timeoutMs` and `ringMs` of this relay'],
  [/^ds_reload/, '`dispatcher.reload()`, or SIGHUP from outside'],
  [
    /^ds_oc_set_attrs/,
    '`dispatcher.overload(set, uri, …)`; under round-robin-overload the Via is heard by itself',
  ],
  [/^ds_dsg_fetch/, '`dispatcher.counts(set)`'],
  [/^ds_mark_addr/, '`dispatcher.mark(set, uri, state)`'],
  [/^ds_/, 'its arguments are known only when a call comes: write it with `dispatcher.select`'],
  [/^(?:auth|www_|proxy_|pv_|consume_cred|allow_|from_uri|check_)/, unguarded],
  [/^(?:save|lookup|registered|unregister|reg_)/, 'there is no registrar here'],
  [
    /^(?:rtp|nat_|fix_nated|set_contact_alias|handle_ruri_alias|add_contact_alias|force_rtp|unforce)/,
    'media and NAT pass by',
  ],
  [/^(?:pike|rl_|pl_|sht_)/, '`flood` and `rateLimit` of lb.yaml count sources by themselves'],
  [/^(?:handle_publish|handle_subscribe|pua_|t_suspend)/, 'there is no presence server here'],
  [/^(?:acc_|dlg_)/, 'a plugin’s `onDone` hook sees how each request ended'],
]
