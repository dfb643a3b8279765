/** What a module of Kamailio is here. */
import { type Judgement, unguarded } from './settings.js'

/** Of the module itself. */
export function judgeModule(name: string): Judgement {
  if (builtIn.has(name))
    return { verdict: 'translated', note: 'nothing to load; what is used of it is judged there' }
  if (name === 'dispatcher') return { verdict: 'translated', note: '@sipwright/plugin-dispatcher' }
  if (/^db_(?:mysql|postgres|sqlite)$/.test(name)) {
    return { verdict: 'translated', note: 'drivers for the table of destinations are there' }
  }
  return { verdict: 'not translated', note: adviceOn(name) }
}

/** Of a parameter that has no rule of its own. */
export function judgeParameter(module: string, name: string): Judgement {
  const known = parameters.get(`${module} ${name}`)
  if (known !== undefined) return known
  return {
    verdict: 'not translated',
    note: builtIn.has(module) ? 'what is built in has no such setting' : adviceOn(module),
  }
}

function adviceOn(module: string): string {
  return advice.find(([pattern]) => pattern.test(module))?.[1] ?? 'has no counterpart here'
}

const builtIn: ReadonlySet<string> = new Set([
  ...['tm', 'tmx', 'sl', 'rr', 'pv', 'maxfwd', 'sanity', 'siputils', 'textops', 'textopsx'],
  ...['kex', 'corex', 'xlog', 'cfgutils', 'ipops', 'path', 'mqueue', 'timer', 'avpops', 'nosip'],
])

const advice: readonly (readonly [RegExp, string])[] = [
  [/^acc/, 'accounting is a plugin of your own: its `onDone` hook sees how each request ended'],
  [/^(?:auth|permissions)/, unguarded],
  [
    /^(?:usrloc|registrar|alias_db|speeddial|domain|uri_db|path|outbound)/,
    'there is no registrar here',
  ],
  [/^(?:presence|pua|rls|xcap)/, 'there is no presence server here'],
  [
    /^(?:rtp|nathelper|mediaproxy|nat_traversal|sdpops|media)/,
    'media and NAT pass by: keep rtpengine where it is',
  ],
  [/^(?:tls|crypto|websocket|xhttp)/, 'TLS, WebSocket and HTTP are not there yet'],
  [
    /^(?:pike|htable|ratelimit|pipelimit|secfilter)/,
    '`flood` and `rateLimit` of lb.yaml; what else it kept is yours to write',
  ],
  [
    /^(?:ctl|jsonrpcs|mi_|xmlrpc|cfg_rpc|kamctl|counters|statistics)/,
    'signals instead: SIGHUP reloads, SIGTERM drains',
  ],
  [
    /^(?:dialog|dmq|ims_|topo)/,
    'has no counterpart here; a call is known by our signed Record-Route',
  ],
  [/^db_|^db2|^sql|^ndb/, 'only the table of destinations is read from a database'],
  [/^(?:debugger|benchmark|malloc)/, 'for looking into Kamailio itself'],
]

const parameters: ReadonlyMap<string, Judgement> = new Map([
  [
    'rr enable_full_lr',
    { verdict: 'translated', note: 'our Record-Route says ;lr as RFC 3261 §16.6 has it' },
  ],
  [
    'rr append_fromtag',
    { verdict: 'translated', note: 'our Record-Route is signed; it needs no tag' },
  ],
  [
    'tm failure_reply_mode',
    { verdict: 'translated', note: 'the best of all answers goes to the caller (RFC 3261 §16.7)' },
  ],
  [
    'tm restart_fr_on_each_reply',
    { verdict: 'approximated', note: 'Timer C begins anew with each ringing answer but 100' },
  ],
  ['tm auto_inv_100', { verdict: 'translated', note: '100 Trying is sent at once' }],
  [
    'sanity autodrop',
    { verdict: 'approximated', note: 'what is no SIP is answered 400 where that is possible' },
  ],
  [
    'maxfwd max_limit',
    { verdict: 'approximated', note: 'Max-Forwards counts down from what came, or from 70' },
  ],
] as const)
