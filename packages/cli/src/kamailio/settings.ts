/** What a setting of Kamailio's core is here. */
import { type Verdict } from '../report/report.js'

/** What is said of something that has no value worth a look. */
export interface Judgement {
  readonly verdict: Verdict
  readonly note: string
}

/** What is said of a check that let only some people call. */
export const unguarded =
  'who may call is not asked: write it as middleware before you open the edge'

const none = (note: string): Judgement => ({ verdict: 'not translated', note })
const near = (note: string): Judgement => ({ verdict: 'approximated', note })
const done = (note: string): Judgement => ({ verdict: 'translated', note })

/** Of one that is not looked at more closely; `listen`, `port`, `debug` and the like are. */
export function judgeSetting(name: string): Judgement {
  const known = byName.get(name)
  if (known !== undefined) return known
  const family = families.find(([pattern]) => pattern.test(name))
  return family?.[1] ?? none('has no counterpart here')
}

const processes = none('one process serves; `workers` in lb.yaml is for where that is not enough')
const logs = none('logs are JSON on standard output; the service manager keeps them')
const memory = none('nothing to set: memory is not divided up beforehand')

const byName: ReadonlyMap<string, Judgement> = new Map([
  ['log_stderror', near('logs go to standard output')],
  ['log_facility', logs],
  ['log_name', logs],
  ['log_prefix', logs],
  ['log_color', logs],
  ['fork', near('it stays in the foreground; the service manager starts and restarts it')],
  ['children', processes],
  ['socket_workers', processes],
  ['tcp_children', processes],
  ['tcp_max_connections', done('`limits.connections` in lb.yaml')],
  ['auto_aliases', near('no alias is made: what is addressed to a listener is ours')],
  [
    'alias',
    none('list in `domains` what may be addressed here, if all else shall be refused with 403'),
  ],
  ['sip_warning', done('no Warning header is ever sent')],
  ['force_rport', done('answers go where the request came from (RFC 3581)')],
  ['mpath', done('nothing is loaded from paths')],
  ['loadpath', done('nothing is loaded from paths')],
  ['advertised_address', none('`advertise` of each listener in lb.yaml')],
  ['advertised_port', none('`advertise` of each listener in lb.yaml')],
  ['user', none('the service manager says as whom it runs')],
  ['group', none('the service manager says as whom it runs')],
  ['server_header', none('no Server header is sent')],
  ['server_signature', none('no Server header is sent')],
  ['user_agent_header', none('`probe.headers` in lb.yaml can carry a User-Agent')],
  ['mhomed', near('the listener of the destination’s transport and address family sends')],
])

const families: readonly (readonly [RegExp, Judgement])[] = [
  [/^(?:mem|shm|mlock|pkg|ser_kill|real_time|rt_)/, memory],
  [/^(?:tls|enable_tls)/, none('TLS is not there yet')],
  [/sctp/, none('SCTP is not there')],
  [
    /dns/,
    none(
      'names are resolved as RFC 3263 says, with the TTL of each answer; `dns.servers` in lb.yaml',
    ),
  ],
  [/^tcp_/, none('TCP has bounds of its own: `limits.connections`, `limits.connectionsPerSource`')],
  [/^(?:udp|socket|so)_/, none('sockets have no settings of their own')],
  [/^(?:fr|t)_/, none('see `timers` in lb.yaml')],
  [/^\w+\./, none('a constant of your own belongs into routes.ts')],
]
