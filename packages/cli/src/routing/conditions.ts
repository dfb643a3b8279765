/** Kamailio's conditions, as ours; or as what is always so here, with the reason; or as what has no counterpart. */
import { isIP } from 'node:net'
import { keyOfVariable } from '../kamailio/algorithms.js'
import { type Expression } from '../kamailio/script.js'
import { adviceOnFunction } from './functions.js'
import { plainPattern, statusesOf } from './pattern.js'
import { type Condition } from './step.js'

export type Meaning =
  | { readonly kind: 'condition'; readonly condition: Condition }
  /** `dialog`: it is so because requests inside dialogs are dealt with before. */
  | {
      readonly kind: 'constant'
      readonly value: boolean
      readonly why: string
      readonly dialog: boolean
    }
  | { readonly kind: 'unknown'; readonly why: string }

/** Where the condition stands. */
export type Mode = 'request' | 'failure'

const beforeRoutes = 'is dealt with before routes are asked'
const inDialog = 'requests inside dialogs follow their route set before routes are asked'

/** What the condition means. */
export function meaningOf(expression: Expression, mode: Mode): Meaning {
  switch (expression.kind) {
    case 'not':
      return negated(meaningOf(expression.of, mode))
    case 'and':
    case 'or':
      return joined(
        expression.kind,
        meaningOf(expression.left, mode),
        meaningOf(expression.right, mode),
      )
    case 'call':
      return meaningOfCall(expression.name, expression.args, mode)
    case 'compare': {
      const { operator, left, right } = expression
      const positive = operator === '==' || operator === '!='
      const meaning = positive ? equality(left, right) : match(left, right, mode)
      return operator.startsWith('!') ? negated(meaning) : meaning
    }
    default:
      return { kind: 'unknown', why: 'this condition has no counterpart' }
  }
}

/** The opposite. */
export function not(of: Condition): Condition {
  return of.kind === 'not' ? of.of : { kind: 'not', of }
}

function negated(meaning: Meaning): Meaning {
  if (meaning.kind === 'constant') return { ...meaning, value: !meaning.value }
  if (meaning.kind === 'unknown') return meaning
  return is(not(meaning.condition))
}

function joined(kind: 'and' | 'or', left: Meaning, right: Meaning): Meaning {
  const decides = kind === 'or'
  for (const each of [left, right]) {
    if (each.kind === 'constant' && each.value === decides) return each
  }
  if (left.kind === 'constant') return right
  if (right.kind === 'constant' || left.kind === 'unknown') return left
  if (right.kind === 'unknown') return right
  if (JSON.stringify(left.condition) === JSON.stringify(right.condition)) return left
  return is({ kind, left: left.condition, right: right.condition })
}

function is(condition: Condition): Meaning {
  return { kind: 'condition', condition }
}

function constant(value: boolean, why: string, dialog = false): Meaning {
  return { kind: 'constant', value, why, dialog }
}

function unknown(name: string): Meaning {
  return { kind: 'unknown', why: adviceOnFunction(name) }
}

function meaningOfCall(name: string, args: readonly Expression[], mode: Mode): Meaning {
  const first = literal(args[0])
  switch (name) {
    case 'is_method':
      return first === undefined ? unknown(name) : methods(first.split('|'))
    case 'has_totag':
    case 'loose_route':
      return constant(false, inDialog, true)
    case 't_check_trans':
    case 't_precheck_trans':
    case 't_lookup_request':
      return constant(false, `a retransmission or a CANCEL ${beforeRoutes}`)
    case 'mf_process_maxfwd_header':
    case 'mf_process_maxfwd':
      return constant(true, 'Max-Forwards is checked and counted down by itself (483)')
    case 'sanity_check':
    case 'sanity_reply':
      return constant(true, 'what is no SIP is refused before routes are asked (400)')
    case 't_is_canceled':
      return constant(false, 'of a call that its caller gave up, no failure route is asked')
    case 't_is_set':
      return first === 'failure_route'
        ? is({ kind: 'armed' })
        : unknown(`${name}("${first ?? ''}")`)
    case 'is_myself':
      return args[0]?.kind === 'variable' && args[0].text === '$ru'
        ? is({ kind: 'for-us' })
        : unknown(name)
    case 'is_present_hf':
      return first !== undefined && /^[\w!%*+.`'~-]+$/.test(first)
        ? is({ kind: 'has', key: `header:${first}` })
        : unknown(name)
    case 'ds_is_from_list':
      return fromList(args)
    case 'ds_list_exists':
    case 'ds_list_exist':
      return isSet(first) ? is({ kind: 'set-exists', set: setOf(first) }) : unknown(name)
    case 'ds_is_active':
      return isSet(first) && args.length === 1
        ? is({ kind: 'set-active', set: setOf(first) })
        : unknown(name)
    default:
      return mode === 'failure' ? meaningInFailure(name, first) : unknown(name)
  }
}

function meaningInFailure(name: string, first: string | undefined): Meaning {
  switch (name) {
    case 't_check_status': {
      const ranges = first === undefined ? undefined : statusesOf(first)
      return ranges === undefined ? unknown(name) : is({ kind: 'status', ranges })
    }
    case 't_branch_timeout':
    case 't_any_timeout':
      return is({ kind: 'silent' })
    case 't_branch_replied':
    case 't_any_replied':
      return is({ kind: 'not', of: { kind: 'silent' } })
    case 'ds_next_dst':
    case 'ds_next_domain':
      return is({ kind: 'next' })
    default:
      return unknown(name)
  }
}

function fromList(args: readonly Expression[]): Meaning {
  const [set, mode = '2'] = args.map(literal)
  if (args.length > 2 || !/^\d{1,2}$/.test(mode)) return unknown('ds_is_from_list')
  if (args.length > 0 && !isSet(set)) return unknown('ds_is_from_list')
  return is({
    kind: 'from-set',
    set: set === undefined ? undefined : setOf(set),
    mode: Number(mode),
  })
}

/** CANCEL and ACK never reach a route. */
function methods(names: readonly string[]): Meaning {
  const known = names
    .map((name) => name.trim().toUpperCase())
    .filter((name) => /^[A-Z]+$/.test(name))
  const asked = known.filter((name) => name !== 'ACK' && name !== 'CANCEL')
  if (known.length === 0) return unknown('is_method')
  if (asked.length > 0) return is({ kind: 'method', methods: asked })
  return constant(false, `${known.join(' and ')} ${beforeRoutes}`)
}

function equality(left: Expression, right: Expression): Meaning {
  const name = nameOf(left)
  const value = literal(right)
  if (name === 'method' || name === '$rm') {
    return value === undefined ? unknown(name) : methods([value])
  }
  if ((name === 'uri' || name === '$ru') && nameOf(right) === 'myself')
    return is({ kind: 'for-us' })
  if (name === 'status' || name === '$T_reply_code' || name === '$rs') {
    const ranges = statusesOf(`^${value ?? '['}$`)
    return ranges === undefined ? unknown(name) : is({ kind: 'status', ranges })
  }
  const key =
    name === 'src_ip'
      ? 'source.address'
      : left.kind === 'variable'
        ? keyOfVariable(left.text)
        : undefined
  if (key === undefined || !plainKeys.test(key)) return unknown(name ?? 'this comparison')
  if (key === 'source.address' && isIP(value ?? '') === 0) return unknown(name ?? key)
  if (nameOf(right) === '$null') return is(not({ kind: 'has', key }))
  return value === undefined || value === ''
    ? unknown(name ?? key)
    : is({ kind: 'equals', key, text: value })
}

function match(left: Expression, right: Expression, mode: Mode): Meaning {
  const name = nameOf(left)
  const value = literal(right)
  if (value === undefined) return unknown(name ?? 'this comparison')
  if (mode === 'failure' && (name === 'status' || name === '$T_reply_code' || name === '$rs')) {
    const ranges = statusesOf(value)
    return ranges === undefined ? unknown(name) : is({ kind: 'status', ranges })
  }
  if (name === 'method' || name === '$rm') {
    const listed = /^\^?\(?([A-Z|]+)\)?\$?$/.exec(value)?.[1]
    return listed === undefined ? unknown(name) : methods(listed.split('|'))
  }
  const key = left.kind === 'variable' ? keyOfVariable(left.text) : undefined
  if (key === undefined || !plainKeys.test(key)) return unknown(name ?? 'this comparison')
  const pattern = plainPattern(value)
  if (pattern === undefined) return { kind: 'unknown', why: 'this pattern is not taken over' }
  return is({ kind: 'matches', key, pattern })
}

/** Whole URIs are written differently by a key and by Kamailio's variable, so they are not compared. */
const plainKeys = /^(?:\w[\w-]*\.\w+|call-id|header:.+)$/

function literal(expression: Expression | undefined): string | undefined {
  if (expression === undefined) return undefined
  const { kind } = expression
  return kind === 'string' || kind === 'number' || kind === 'word' ? expression.text : undefined
}

function nameOf(expression: Expression): string | undefined {
  return expression.kind === 'variable' || expression.kind === 'word' ? expression.text : undefined
}

/** Whether it is the number of a set. */
export function isSet(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,9}$/.test(text)
}

/** As sets are named here. */
export function setOf(text: string): string {
  return String(Number(text))
}
