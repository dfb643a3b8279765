/** The statistics that we have under the names of Kamailio's: `core:rcv_requests`. What we do not count is not there. */
import { type Family } from '../metrics/family.js'

/** By group and name, in the order in which they are told. */
export function statistics(families: readonly Family[]): ReadonlyMap<string, number> {
  const sum = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
    const samples = families.find((family) => family.name === name)?.samples ?? []
    return samples
      .filter((sample) =>
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      )
      .reduce((total, { value }) => total + value, 0)
  }
  const requests = (method?: string): number =>
    sum('requests_total', { direction: 'in', ...(method !== undefined && { method }) })
  const replies = (code_class: string, direction = 'in'): number =>
    sum('responses_total', { direction, code_class })
  return new Map([
    ['core:bad_msg_hdr', sum('parse_errors_total')],
    ['core:drop_requests', sum('dropped_total')],
    ['core:err_requests', sum('handler_errors_total')],
    ['core:fwd_replies', sum('responses_total', { direction: 'in' })],
    ['core:fwd_requests', sum('requests_total', { direction: 'out' })],
    ['core:rcv_replies', sum('responses_total', { direction: 'in' })],
    ...['1xx', '2xx', '3xx', '4xx', '5xx', '6xx'].map(
      (each) => [`core:rcv_replies_${each}`, replies(each)] as const,
    ),
    ['core:rcv_requests', requests()],
    ...methods.map(
      (method) => [`core:rcv_requests_${method.toLowerCase()}`, requests(method)] as const,
    ),
    ['dialog:active_dialogs', sum('calls', { phase: 'up' })],
    ['dialog:early_dialogs', sum('calls', { phase: 'pending' })],
    ['dialog:expired_dialogs', sum('calls_expired_total')],
    ['dialog:processed_dialogs', sum('calls_total')],
    ['sl:sent_replies', sum('refused_total')],
    ['tmx:active_transactions', sum('transactions', { type: 'server' })],
  ])
}

const methods = [
  ...['ACK', 'BYE', 'CANCEL', 'INFO', 'INVITE', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'PRACK'],
  ...['PUBLISH', 'REFER', 'REGISTER', 'SUBSCRIBE', 'UPDATE'],
]

/** Those that are asked for: `all`, a group (`core:`), a name with or without its group. Kamailio's stats.get_statistics */
export function selected(
  all: ReadonlyMap<string, number>,
  asked: readonly string[],
): readonly (readonly [string, number])[] {
  return asked.flatMap((wanted) =>
    [...all].filter(
      ([name]) =>
        wanted === 'all' ||
        (wanted.endsWith(':') && name.startsWith(wanted)) ||
        name === wanted ||
        name.slice(name.indexOf(':') + 1) === wanted,
    ),
  )
}
