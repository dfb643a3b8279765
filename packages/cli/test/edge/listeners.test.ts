import { afterEach, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { importing, removeFolders } from '../rig.js'

afterEach(removeFolders)

async function listen(cfg: string): Promise<{ listen: unknown; lines: readonly string[] }> {
  const { file, lines } = await importing({ cfg, list: '1 sip:a.example' })
  return { listen: (parse(file('lb.yaml')) as { listen: unknown }).listen, lines: lines() }
}

test('none given: all addresses by UDP and TCP, as Kamailio does', async () => {
  expect((await listen('debug=2')).listen).toEqual(['udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060'])
  expect((await listen('port=5080\ndisable_tcp=yes')).listen).toEqual(['udp:0.0.0.0:5080'])
})

test('each as it is written, once, with what it advertises', async () => {
  const { listen: listeners } = await listen(`port=5070
listen=udp:10.0.0.1:5060
listen=tcp:[::1]:5060
listen=10.0.0.2
listen=udp:10.0.0.1:5060
listen=udp:10.0.0.3:5060 advertise 203.0.113.1:5060 name "x"
listen=udp:localhost:5090`)
  expect(listeners).toEqual([
    ...['udp:10.0.0.1:5060', 'tcp:[::1]:5060', 'udp:10.0.0.2:5070', 'tcp:10.0.0.2:5070'],
    { bind: 'udp:10.0.0.3:5060', advertise: '203.0.113.1:5060' },
    'udp:127.0.0.1:5090',
  ])
})

test('what lb.yaml would refuse does not get into it', async () => {
  const cfg = 'listen=udp:10.0.0.1:70000\nlisten=udp:10.0.0.1:5060 advertise a_b;c\nport=99999'
  const { listen: listeners, lines } = await listen(cfg)
  expect(listeners).toEqual(['udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060'])
  expect(lines.every((line) => line.includes('not translated'))).toBe(true)
})

test('TLS and names of interfaces are said not to be', async () => {
  const { lines } = await listen('listen=tls:10.0.0.1:5061\nlisten=udp:eth0:5060')
  expect(lines).toEqual([
    '1 not translated: tls is not there yet',
    '2 not translated: expected an address: write that of this interface into `listen` of lb.yaml',
  ])
})
