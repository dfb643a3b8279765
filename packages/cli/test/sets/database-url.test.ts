import { expect, test } from '@jest/globals'
import { isOpen, shownUrl } from '#src/sets/database-url.js'

test('a URL without password may be written down', () => {
  for (const url of [
    'mysql://k@db/kamailio',
    'postgres://db:5432/k',
    'postgres://[::1]/k',
    'sqlite:/a/b.db',
  ]) {
    expect([isOpen(url), shownUrl(url)]).toEqual([true, url])
  }
})

test('one with a password, or with anything in which one could hide, may not', () => {
  const shown = [
    ['mysql://k:secret@db/kamailio', 'mysql://k:…@db/kamailio'],
    ['postgres://db/k?user=k&password=secret', 'postgres://db/k'],
    ['mysql://k:12#secret@db/kamailio', 'mysql://…'],
    ['mysql://k:se/cret@db/kamailio', 'mysql://…'],
    ['mysql://k:secret@x@db/kamailio', 'mysql://k:…@db/kamailio'],
  ] as const
  for (const [url, expected] of shown)
    expect([isOpen(url), shownUrl(url)]).toEqual([false, expected])
})
