/** What the report says of conditions, algorithms and routes. */
import { algorithmOf } from '../kamailio/algorithms.js'
import { type RouteBlock } from '../kamailio/cfg.js'
import { type Expression } from '../kamailio/script.js'
import { redacted } from '../report/redact.js'

/** What must be said of a condition that has its counterpart. */
export function judgeCondition(
  expression: Expression,
): readonly ['translated' | 'approximated', string] {
  const text = JSON.stringify(expression)
  if (/t_(?:branch|any)_(?:timeout|replied)/.test(text)) {
    const note =
      'a destination that sent nothing at all, or cannot be reached; one that has rung is never left for another'
    return ['approximated', note]
  }
  if (text.includes('ds_next_')) return ['translated', 'whether a destination is left']
  if (/"(?:matches|=~)"/.test(text)) return ['translated', 'case is ignored, as Kamailio does']
  return ['translated', 'the same condition']
}

/** What must be said of an algorithm. */
export function sayOf(number: number, algorithm: string): string {
  const known = algorithmOf(number)
  if (known === undefined) {
    return `Kamailio has no algorithm ${number} and takes the first destination: ${algorithm}`
  }
  if (!known.hash) return `${number} is ${algorithm}`
  return `${number} is ${algorithm}: keys are placed anew, and move less when a destination goes; kamailio:${number} keeps every key where it is`
}

/** Of a route that nothing translated leads to. */
export function judgeUnreached(
  route: RouteBlock,
): readonly ['approximated' | 'not translated', string] {
  switch (route.kind) {
    case 'event_route':
      return /^dispatcher:dst-(?:up|down)$/.test(route.name)
        ? [
            'approximated',
            'ups and downs are logged with their reason; `dispatcher.onChange` tells your code',
          ]
        : ['not translated', 'there is no such event']
    case 'onreply_route':
      return ['not translated', 'a handler with @OnResponse']
    case 'branch_route':
      return ['not translated', 'a handler with @OnBranch']
    case 'onsend_route':
      return ['not translated', 'a handler with @OnBranch']
    case 'failure_route':
      return ['not translated', 'nothing that was translated arms it']
    default:
      return ['not translated', 'nothing that was translated calls it']
  }
}

/** `route[RELAY]` */
export function headOf({ kind, name }: RouteBlock): string {
  return kind === 'request_route' ? 'request_route' : `${kind}[${redacted(name)}]`
}

/** Why a statement of its own kind is a comment. */
export function whyOf(text: string): string {
  if (/^(?:switch|while)\b/.test(text)) return 'loops and switches are yours to write'
  return /^\$/.test(text) ? 'variables are yours to write' : 'this statement has no counterpart'
}
