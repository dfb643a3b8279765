import { afterEach, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { type Cfg, readCfg } from '#src/kamailio/cfg.js'
import { folderWith, removeFolders } from '../rig.js'

afterEach(removeFolders)

function read(text: string): Cfg {
  return readCfg(join(folderWith({ 'k.cfg': text }), 'k.cfg'))
}

test('settings, modules and parameters, with their lines', () => {
  const cfg = read(`#!KAMAILIO
debug=2 log_stderror=no
listen=udp:[::1]:5060 advertise 192.0.2.1:5060
pstn.gw_ip = "10.0.0.1" desc "a gateway"
loadmodule "path/tm.so"
loadmodule("dispatcher")
modparam("tm|usrloc", "fr_timer", 2000)
modparam("acc", "log_extra",
  "a=$fU;"
  "b=$tU")`)
  expect(cfg.settings.map(({ name, value, line }) => [line, name, value])).toEqual([
    [2, 'debug', '2 log_stderror=no'],
    [3, 'listen', 'udp:[::1]:5060 advertise 192.0.2.1:5060'],
    [4, 'pstn.gw_ip', '10.0.0.1 desc a gateway'],
  ])
  expect(cfg.modules.map(({ name }) => name)).toEqual(['tm', 'dispatcher'])
  expect(cfg.parameters).toMatchObject([
    { modules: ['tm', 'usrloc'], name: 'fr_timer', value: '2000', line: 7 },
    { modules: ['acc'], name: 'log_extra', value: 'a=$fU;b=$tU', line: 8, endLine: 10 },
  ])
})

test('route blocks of every kind', () => {
  const cfg = read(`route { a(); }
request_route { }
route[X] { }
failure_route[FAIL] {
  b();
}
event_route[dispatcher:dst-down] { }
reply_route { }`)
  expect(cfg.routes.map(({ kind, name, line, endLine }) => [kind, name, line, endLine])).toEqual([
    ['request_route', '', 1, 1],
    ['request_route', '', 2, 2],
    ['route', 'X', 3, 3],
    ['failure_route', 'FAIL', 4, 6],
    ['event_route', 'dispatcher:dst-down', 7, 7],
    ['onreply_route', '', 8, 8],
  ])
})

test('what is no configuration is refused with its line', () => {
  const reason = (text: string): string => {
    try {
      read(text)
      return 'read'
    } catch (error) {
      return (error as Error).message.replace(/^.*\//, '')
    }
  }
  expect(reason('a=1\n}')).toBe('k.cfg:2: found }, expected a { before it')
  expect(reason('route {\n a();')).toBe('k.cfg:1: found route without an end, expected a closing }')
  expect(reason('route[A]')).toBe('k.cfg:1: found the end of the file, expected { after route')
  expect(reason('modparam("a")')).toBe(
    'k.cfg:1: found modparam, expected modparam("module", "name", value)',
  )
  expect(reason('loadmodule x')).toBe('k.cfg:1: found x, expected the name of a module in quotes')
})

test('noise is refused or passed over, never thrown as anything else', () => {
  const alphabet = [
    '{',
    '}',
    '(',
    ')',
    '"',
    '#!ifdef A\n',
    '#!endif\n',
    'route',
    'if',
    '=',
    ';',
    '\n',
    '$x(',
  ]
  let seed = 7
  for (let round = 0; round < 400; round++) {
    let text = ''
    for (let length = 0; length < 30; length++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      text += `${alphabet[seed % alphabet.length]!} `
    }
    try {
      read(text)
    } catch (error) {
      expect((error as { code?: string }).code).toBe('SIPW_ERR_IMPORT_INPUT')
    }
  }
})
