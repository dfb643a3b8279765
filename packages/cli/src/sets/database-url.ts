/** URLs of databases: whether they hold a secret, and what may be shown of them. */
import { resolve } from 'node:path'

/** Where the URL of a database goes that has a password. */
export const databaseVariable = 'SIPWRIGHT_DISPATCHER_DB'

/** Whether the URL may be written down: it has no password, and nothing in which one could hide. */
export function isOpen(url: string): boolean {
  return (
    url.startsWith('sqlite:') ||
    /^\w+:\/\/(?:[^\s:@/?#]+@)?(?:\[[\da-f:.]+\]|[^\s:@/?#]+)(?::\d+)?(?:\/[^\s@?#]*)?$/i.test(url)
  )
}

/** What may be shown: all of it, or what stands around the password, or its scheme alone. */
export function shownUrl(url: string): string {
  if (isOpen(url)) return url
  const scheme = /^\w+:/.exec(url)?.[0] ?? ''
  if (url.includes('#') || !URL.canParse(url)) return `${scheme}//…`
  const { protocol, username, password, host, pathname } = new URL(url)
  if (password === '') return `${protocol}//${host}${pathname}`
  return `${protocol}//${username}:…@${host}${pathname}`
}

/** The file of SQLite is told from everywhere the same. */
export function absoluteUrl(url: string): string {
  const scheme = 'sqlite:'
  return url.startsWith(scheme) ? scheme + resolve(url.slice(scheme.length)) : url
}
