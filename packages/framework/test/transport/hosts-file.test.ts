import { expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VirtualClock } from '#src/server/virtual-clock.js'
import { HostsFile, parseHosts } from '#src/transport/hosts-file.js'

test('addresses with their names, comments and strange lines left out (hosts(5))', () => {
  const text =
    '127.0.0.1\tlocalhost\n# 10.0.0.9 no\n\n10.0.0.1 Media  media.example # fs1\r\n' +
    '2001:DB8:0::1 media\nnot-an-address x\n10.0.0.2 media\n10.0.0.3 __proto__'
  expect([...parseHosts(text)]).toEqual([
    ['localhost', ['127.0.0.1']],
    ['media', ['10.0.0.1', '2001:db8::1', '10.0.0.2']],
    ['media.example', ['10.0.0.1']],
    ['__proto__', ['10.0.0.3']],
  ])
})

test('a change is seen within seconds; without the file no name is known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
  const path = join(folder, 'hosts')
  const clock = new VirtualClock()
  const hosts = new HostsFile(clock, path)
  expect(hosts.knows('media')).toBe(false)
  writeFileSync(path, '10.0.0.1 media\n::1 media\n')
  utimesSync(path, 1, 1)
  clock.advance(5_000)
  expect([hosts.addresses('media', 4), hosts.addresses('media', 6)]).toEqual([
    ['10.0.0.1'],
    ['::1'],
  ])
  writeFileSync(path, '10.0.0.2 media\n')
  utimesSync(path, 2, 2)
  expect(hosts.addresses('media', 4)).toEqual(['10.0.0.1'])
  clock.advance(5_000)
  expect(hosts.addresses('media', 4)).toEqual(['10.0.0.2'])
  rmSync(folder, { recursive: true })
})
