/** The parameters of Kamailio's dispatcher, and tm's timers: what each is in lb.yaml. dispatcher.md §1.11 */
import { isSipUri, parseUri } from '@sipwright/framework'
import { type Cfg, type ModuleParameter } from '../kamailio/cfg.js'
import { keyOfVariable } from '../kamailio/algorithms.js'
import { judgeParameter } from '../kamailio/modules.js'
import { type Judgement } from '../kamailio/settings.js'
import { type Report } from '../report/report.js'
import { duration } from './durations.js'
import { type Edge } from './edge.js'

/** What other parts must know of them. */
export interface DispatcherParameters {
  readonly failover: boolean
  readonly userOnly: boolean
  readonly useDefault: boolean
  /** `hash_pvar` as a key; undefined: none that we know. */
  readonly key: string | undefined
  readonly listFile: string | undefined
  readonly databaseUrl: string | undefined
  readonly table: string
}

/** Judges every parameter, and writes what it says into the edge. */
export function applyParameters(cfg: Cfg, edge: Edge, report: Report): DispatcherParameters {
  const values = new Values(cfg)
  for (const parameter of cfg.parameters) judge(parameter, values, report)
  applyTimers(values, edge, cfg)
  if (values.isLoaded('dispatcher')) applyProbe(values, edge)
  const flags = values.number('flags') ?? 0
  const expire = values.number('ds_hash_expire')
  if (expire !== undefined && expire > 0) edge.maxDurationMs = expire * 1_000
  edge.strict = values.number('ds_load_mode') === 1
  return {
    failover: (flags & 2) !== 0,
    userOnly: (flags & 1) !== 0,
    useDefault: values.number('use_default') === 1,
    key: keyOfVariable(values.text('hash_pvar') ?? ''),
    listFile: values.text('list_file'),
    databaseUrl: values.text('db_url'),
    table: values.text('table_name') ?? 'dispatcher',
  }
}

/** The names of the dispatcher's parameters that have a verdict. */
export function parameterNames(): readonly string[] {
  return [...dispatcher.keys()]
}

/** The last value of each parameter of the dispatcher, and of tm. */
class Values {
  readonly #values = new Map<string, ModuleParameter>()
  readonly #modules: ReadonlySet<string>

  constructor({ parameters, modules }: Cfg) {
    for (const parameter of parameters) {
      for (const module of parameter.modules) {
        const name = aliases.get(parameter.name) ?? parameter.name
        this.#values.set(`${module} ${name}`, parameter)
      }
    }
    this.#modules = new Set([
      ...modules.map(({ name }) => name),
      ...parameters.flatMap((each) => each.modules),
    ])
  }

  isLoaded(module: string): boolean {
    return this.#modules.has(module)
  }

  /** Whether a later line says otherwise. */
  isReplaced(module: string, parameter: ModuleParameter): boolean {
    const name = aliases.get(parameter.name) ?? parameter.name
    const last = this.#values.get(`${module} ${name}`)
    return last !== undefined && last !== parameter
  }

  text(name: string, module = 'dispatcher'): string | undefined {
    return this.#values.get(`${module} ${name}`)?.value
  }

  number(name: string, module = 'dispatcher'): number | undefined {
    const text = this.text(name, module)
    return text !== undefined && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined
  }
}

const aliases: ReadonlyMap<string, string> = new Map([['ds_ping_fr_timeout', 'ds_ping_fr_timer']])

type Rule = (value: string, values: Values) => Judgement

function judge(parameter: ModuleParameter, values: Values, report: Report): void {
  const { name, value } = parameter
  for (const module of parameter.modules) {
    const subject = `${module} ${name}`
    if (values.isReplaced(module, parameter)) {
      report.add(parameter, subject, 'translated', 'a later line says otherwise, and counts')
      continue
    }
    const rule = (module === 'dispatcher' ? dispatcher : module === 'tm' ? tm : undefined)?.get(
      name,
    )
    const unknown: Judgement = { verdict: 'not translated', note: 'no such parameter is known' }
    const given =
      rule?.(value, values) ?? (module === 'dispatcher' ? unknown : judgeParameter(module, name))
    report.add(parameter, subject, given.verdict, given.note)
  }
}

function done(note: string): Judgement {
  return { verdict: 'translated', note }
}

function near(note: string): Judgement {
  return { verdict: 'approximated', note }
}

function none(note: string): Judgement {
  return { verdict: 'not translated', note }
}

/** A whole number, or the note that it is none. */
function numeric(value: string, say: (number: number) => Judgement): Judgement {
  return /^-?\d{1,9}$/.test(value) ? say(Number(value)) : none('expected a whole number')
}

const tm: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['fr_timer', (value) => numeric(value, (ms) => done(`\`failover.noResponse: ${duration(ms)}\``))],
  [
    'fr_inv_timer',
    (value) => numeric(value, (ms) => done(`\`timers.ringTimeout: ${duration(ms)}\``)),
  ],
])

const variable = none('a variable of scripts; `ctx.branch.target.origin` is the destination')
const sockets = none('the listener of the destination’s transport and address family sends')
const lookups = done('names are looked up as RFC 3263 says, again when their TTL ends')

function column(standard: string): Rule {
  return (value) =>
    value === standard
      ? done('the name of the column')
      : none('make a view with the names of table version 4, and name it in `source.sql.table`')
}

/** Every parameter of dispatcher.md §1.11. */
const dispatcher: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['list_file', () => done('the list is copied to dispatcher.list, which is watched')],
  ['db_url', () => done('`source.sql.url`; a password stays in the environment')],
  ['table_name', () => done('`source.sql.table`')],
  ['setid_col', column('setid')],
  ['destination_col', column('destination')],
  ['flags_col', column('flags')],
  ['priority_col', column('priority')],
  ['attrs_col', column('attrs')],
  [
    'force_dst',
    (value) =>
      value === '0' ? near('what is selected last counts') : done('what is selected last counts'),
  ],
  ['flags', (value) => numeric(value, judgeFlags)],
  [
    'use_default',
    (value) =>
      value === '1'
        ? done('the last destination of each set is marked overflow=1')
        : done('no destination is kept back'),
  ],
  ['xavp_dst', () => variable],
  ['xavp_dst_mode', () => variable],
  ['xavp_ctx', () => variable],
  ['xavp_ctx_mode', () => variable],
  [
    'hash_pvar',
    (value) => {
      const key = keyOfVariable(value)
      return key === undefined
        ? none('no key has that name: give `key` of the set a function in routes.ts')
        : near(`\`key: '${key}'\`; a request without it is hashed by its Call-ID`)
    },
  ],
  ['setid_pvname', () => variable],
  ['attrs_pvname', () => variable],
  [
    'ds_ping_method',
    (value) =>
      /^[A-Z]+$/.test(value) ? done('`probe.method`') : none('expected a method; OPTIONS is asked'),
  ],
  ['ds_ping_from', (value) => (isFrom(value) ? done('`probe.from`') : none('expected a SIP URI'))],
  [
    'ds_ping_interval',
    (value) =>
      numeric(value, (seconds) =>
        seconds > 0
          ? done(
              `\`probe.interval: ${duration(seconds * 1_000)}\`, spread over it instead of all at once`,
            )
          : done('`probe.interval: 0s`: nothing is probed'),
      ),
  ],
  [
    'ds_ping_fr_timer',
    (value) =>
      numeric(value, (ticks) =>
        ticks > 0
          ? near(
              `\`probe.timeout: ${duration(pingTimeoutMs(ticks))}\`: Kamailio counts in sixteenths of a second`,
            )
          : done('`probe.timeout` is that of calls, fr_timer'),
      ),
  ],
  ['ds_ping_fr_timeout', (value, values) => dispatcher.get('ds_ping_fr_timer')!(value, values)],
  ['ds_probing_threshold', (value) => numeric(value, () => done('`probe.threshold`'))],
  ['ds_inactive_threshold', (value) => numeric(value, () => done('`probe.recover`'))],
  [
    'ds_ping_reply_codes',
    (value) => {
      const codes = replyCodes(value)
      if (codes === undefined) return none('expected class=n and code=nnn')
      const note = `\`probe.replyCodes: ${codes.join(', ')}\``
      const silence = codes.includes(408) || codes.includes('400-499')
      return silence ? near(`${note}; silence never counts as the 408 that is listed`) : done(note)
    },
  ],
  [
    'ds_probing_mode',
    (value) => {
      const mode = probingModes[Number(value)]
      if (mode === undefined) return none('expected 0 to 3')
      if (mode === 'none') {
        return near(
          '`probe.mode: none`; Kamailio probes a flagged destination until its first answer',
        )
      }
      return done(`\`probe.mode: ${mode}\``)
    },
  ],
  ['ds_ping_latency_stats', () => done('latency is always measured')],
  ['ds_retain_latency_stats', () => done('what is measured stays over reloads')],
  [
    'ds_latency_estimator_alpha',
    (value) => (value === '100' ? done('0.1, as here') : none('the estimator’s weight is 0.1')),
  ],
  ['ds_hash_size', () => done('calls are counted without a table that is sized beforehand')],
  [
    'ds_hash_expire',
    (value) =>
      numeric(value, (s) => done(`\`dispatcher.load.maxDuration: ${duration(s * 1_000)}\``)),
  ],
  ['ds_hash_initexpire', () => done('an INVITE counts as long as its transaction lasts')],
  ['ds_hash_check_interval', () => done('each call ends at its own time')],
  ['outbound_proxy', () => none('probes and calls go to the destinations themselves')],
  ['ds_default_socket', () => sockets],
  ['ds_default_sockname', () => sockets],
  ['ds_ping_socket', () => sockets],
  ['ds_timer_mode', () => done('probes have a timer each, apart from calls')],
  ['event_callback', () => none('`dispatcher.onChange` tells your code of ups and downs')],
  [
    'event_callback_mode',
    () => none('`dispatcher.onChange` tells of every change, with its reason'),
  ],
  ['ds_attrs_none', () => variable],
  ['ds_db_extra_attrs', () => none('make a view that joins the columns into attrs')],
  [
    'ds_load_mode',
    (value) =>
      value === '1' ? done('`source.strict: true`') : done('a bad line is left out and reported'),
  ],
  ['reload_delta', () => done('reloads wait for each other; none is refused')],
  ['ds_dns_mode', () => lookups],
  ['ds_dns_interval', () => lookups],
  ['ds_dns_match_all', () => done('a request may come from any address of a name')],
  ['ds_dns_ttl', () => lookups],
])

function judgeFlags(flags: number): Judgement {
  const parts = [
    (flags & 1) !== 0 ? '`userOnly: true` for hashes of URIs' : undefined,
    (flags & 2) !== 0 ? 'a request goes on to further destinations' : undefined,
  ].filter((part) => part !== undefined)
  if ((flags & ~3) !== 0) return near([...parts, 'bits above 3 mean nothing'].join('; '))
  return done(parts.length === 0 ? 'one destination for each request' : parts.join('; '))
}

const probingModes = ['none', 'all', 'inactive', 'flagged'] as const

function isFrom(value: string): boolean {
  try {
    const uri = parseUri(value)
    return isSipUri(uri) && uri.headers === undefined
  } catch {
    return false
  }
}

function pingTimeoutMs(ticks: number): number {
  return Math.round(ticks * 62.5)
}

/** `class=2;code=404` */
function replyCodes(value: string): (number | string)[] | undefined {
  const codes: (number | string)[] = []
  for (const part of value.split(';').filter((each) => each.trim() !== '')) {
    const [, kind, digits = ''] = /^\s*(class|code)\s*=\s*(\d+)\s*$/i.exec(part) ?? []
    if (kind?.toLowerCase() === 'class' && /^[1-6]$/.test(digits)) {
      if (digits !== '1') codes.push(`${digits}00-${digits}99`)
    } else if (kind !== undefined && /^[2-6]\d\d$/.test(digits)) codes.push(Number(digits))
    else return undefined
  }
  return codes.includes('200-299') ? codes : ['200-299', ...codes]
}

function applyTimers(values: Values, edge: Edge, { modules }: Cfg): void {
  const hasTm = modules.some(({ name }) => name === 'tm') || values.isLoaded('tm')
  if (!hasTm) return
  // Kamailio's own defaults.
  edge.failover.noResponseMs = positive(values.number('fr_timer', 'tm')) ?? 30_000
  edge.ringMs = positive(values.number('fr_inv_timer', 'tm')) ?? 120_000
}

function applyProbe(values: Values, edge: Edge): void {
  const method = values.text('ds_ping_method') ?? 'OPTIONS'
  const from = values.text('ds_ping_from') ?? ''
  const ticks = values.number('ds_ping_fr_timer') ?? 0
  const mode = probingModes[values.number('ds_probing_mode') ?? 0] ?? 'none'
  edge.probe = {
    method: /^[A-Z]+$/.test(method) ? method : 'OPTIONS',
    intervalMs: Math.max(0, values.number('ds_ping_interval') ?? 0) * 1_000,
    timeoutMs: ticks > 0 ? pingTimeoutMs(ticks) : edge.failover.noResponseMs,
    threshold: positive(values.number('ds_probing_threshold')) ?? 1,
    recover: positive(values.number('ds_inactive_threshold')) ?? 1,
    replyCodes: replyCodes(values.text('ds_ping_reply_codes') ?? '') ?? ['200-299'],
    mode,
    from: isFrom(from) ? from : 'sip:dispatcher@localhost',
  }
}

function positive(number: number | undefined): number | undefined {
  return number !== undefined && number > 0 ? number : undefined
}
