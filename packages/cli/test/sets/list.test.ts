import { afterEach, expect, test } from '@jest/globals'
import { importing, removeFolders, routed } from '../rig.js'

afterEach(removeFolders)

async function listed(list: string, cfg?: string) {
  const { file, lines } = await importing({ list, ...(cfg !== undefined && { cfg }) })
  return { written: file('dispatcher.list').trimEnd().split('\n'), lines: lines('given.list') }
}

test('lines stay as they are, with comments and order', async () => {
  const list = '# a\n\n1  sip:a.example\t0x8 10 duid=a # one\n2 sip:b.example'
  const { written, lines } = await listed(list)
  expect(written).toEqual(list.split('\n'))
  expect(lines).toEqual(['3 translated: as it is', '4 translated: as it is'])
})

test('a bad line becomes a comment, and is reported', async () => {
  const { written, lines } = await listed(
    '1 sip:a.example\n1 nonsense\n1 sip:a.example 0 0\nx sip:b',
  )
  expect(written.slice(1)).toEqual([
    '# left out, expected a SIP URI: 1 nonsense',
    '# left out, expected a destination once in set 1: 1 sip:a.example 0 0',
    '# left out, expected a set id, a whole number: x sip:b',
  ])
  expect(lines.slice(1)).toEqual([
    '2 not translated: found "nonsense", expected a SIP URI; it is a comment in the copy',
    '3 not translated: found "sip:a.example", expected a destination once in set 1; it is a comment in the copy',
    '4 not translated: found "x", expected a set id, a whole number; it is a comment in the copy',
  ])
})

test('use_default keeps back the last one of each set: of the lowest priority the first line', async () => {
  const cfg = `${routed('')}modparam("dispatcher", "use_default", 1)`
  const list = '1 sip:a 0 10\n1 sip:b 0 5 duid=b\n1 sip:c 0 5\n2 sip:d'
  const { written, lines } = await listed(list, cfg)
  expect(written).toEqual([
    '1 sip:a 0 10',
    '1 sip:b 0 5 duid=b;overflow=1',
    '1 sip:c 0 5',
    '2 sip:d',
  ])
  expect(lines[1]).toContain('use_default')
})

test('shares by rweight are written as weight, where the algorithm asks', async () => {
  const cfg = routed('route { ds_select_dst("1", "11"); }')
  const { written } = await listed('1 sip:a 0 0 rweight=30;x="y z"\n2 sip:b 0 0 rweight=5', cfg)
  expect(written).toEqual(['1 sip:a 0 0 rweight=30;x="y z";weight=30', '2 sip:b 0 0 rweight=5'])
})

test('weights that are not of a hundred are reported', async () => {
  const cfg = routed('route { ds_select_dst("1", "9"); ds_select_dst("2", "9"); }')
  const list = '1 sip:a 0 0 weight=50\n1 sip:b 0 0 weight=25\n2 sip:c 0 0 weight=100'
  const { lines } = await listed(list, cfg)
  expect(lines[0]).toMatch(/^1 approximated: .*add up to 75/)
  expect(lines.slice(1)).toEqual(['2 translated: as it is', '3 translated: as it is'])
})

test('of equal priority another one goes first, and the report says so', async () => {
  const cfg = routed('route { ds_select_dst("1", "8"); }')
  const { lines } = await listed('1 sip:a 0 5\n1 sip:b 0 5\n1 sip:c 0 1', cfg)
  expect(lines[0]).toContain('of equal priority')
  expect(lines.slice(1)).toEqual(['2 translated: as it is', '3 translated: as it is'])
})

test('attributes without effect are named', async () => {
  const { lines } = await listed('1 sip:a 0 0 socket=udp:1.2.3.4:5;ping_from=sip:x;cc=1;mine=2')
  expect(lines[0]).toMatch(
    /^1 approximated: socket has no effect.*ping_from has no effect.*cc has no effect/,
  )
  expect(lines[0]).not.toContain('mine')
})

test('without a kamailio.cfg set 1 has all requests, and others are what is to do', async () => {
  const { file, todo } = await importing({ list: '2 sip:b\n1 sip:a' })
  expect(file('lb.yaml')).toContain('route:\n  - set: 1')
  expect(todo.join()).toContain('every request goes to set 1')
})
