/** The views, their addresses and their keys. */
import { Store } from './store.js'

export const pages = [
  { name: 'overview', title: 'Overview', key: 'o' },
  { name: 'dispatcher', title: 'Dispatcher', key: 'd' },
  { name: 'calls', title: 'Calls', key: 'c' },
  { name: 'trace', title: 'Trace', key: 't' },
  { name: 'security', title: 'Security', key: 's' },
  { name: 'config', title: 'Config', key: 'f' },
  { name: 'logs', title: 'Logs', key: 'l' },
  { name: 'audit', title: 'Audit', key: 'a' },
] as const

export type PageName = (typeof pages)[number]['name']

export interface Place {
  readonly page: PageName
  /** What stands behind it: the id of a trace. */
  readonly rest: string
}

/** `#/trace/17` */
export function placeOf(hash: string): Place {
  const [, name, ...rest] = hash.split('/')
  const page = pages.find((each) => each.name === name)?.name ?? 'overview'
  return { page, rest: decodeURIComponent(rest.join('/')) }
}

/** Where we are. */
export const place = new Store<Place>({ page: 'overview', rest: '' })

export function goTo(page: PageName, rest = ''): void {
  location.hash = rest === '' ? `#/${page}` : `#/${page}/${encodeURIComponent(rest)}`
}
