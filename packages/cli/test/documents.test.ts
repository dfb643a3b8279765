/** docs/coming-from-kamailio.md says what is so, and its commands run. */
import { afterEach, expect, test } from '@jest/globals'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { algorithmOf } from '#src/kamailio/algorithms.js'
import { parameterNames } from '#src/edge/parameters.js'
import sqlite from 'node-sqlite3-wasm'
import { folderWith, removeFolders } from './rig.js'

afterEach(removeFolders)

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..')
const text = readFileSync(join(repository, 'docs', 'coming-from-kamailio.md'), 'utf8')

function part(name: string): string {
  return text.slice(text.indexOf(`<!-- ${name} -->`), text.indexOf(`<!-- /${name} -->`))
}

test('the table of algorithms is the importer’s', () => {
  const rows = [...part('algorithms').matchAll(/^\| (\d+) \| `(.*)` \|$/gm)]
  const numbers = Array.from({ length: 100 }, (_, number) => number)
  expect(rows.map(([, number, name]) => [Number(number), name])).toEqual(
    numbers.flatMap((number) => {
      const known = algorithmOf(number)
      return known === undefined ? [] : [[number, known.name]]
    }),
  )
})

test('the table of parameters has every one, and no other', () => {
  const named = [...part('parameters').matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  )
  expect(named.sort()).toEqual([...parameterNames()].sort())
})

test('the commands run, in the order in which they stand', async () => {
  const folder = folderWith({
    'kamailio.cfg': `listen=udp:127.0.0.1:0
loadmodule "tm.so"
loadmodule "dispatcher.so"
modparam("dispatcher", "flags", 2)
request_route { if (!ds_select_dst("1", "4")) { send_reply("404", "x"); exit; } t_relay(); }
`,
    'dispatcher.list': '1 sip:127.0.0.1:5070\n',
    'dump.sql': `INSERT INTO dispatcher VALUES (1,1,'sip:127.0.0.1:5070',0,0,'','');\n`,
  })
  const database = new sqlite.Database(join(folder, 'kamailio.sqlite'))
  database.exec(`CREATE TABLE dispatcher (id INTEGER PRIMARY KEY, setid INTEGER, destination TEXT, flags INTEGER,
    priority INTEGER, attrs TEXT, description TEXT);
    INSERT INTO dispatcher VALUES (1, 1, 'sip:127.0.0.1:5070', 0, 0, '', '')`)
  database.close()
  const commands = [...text.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, block]) =>
    block!.trim().split('\n'),
  )
  expect(commands).toHaveLength(5)
  for (const command of commands) {
    const [program, ...args] = command.split(' ')
    const script = program === 'npx' ? join('packages', 'cli', 'bin', 'sipwright.mjs') : args[0]!
    const all = [join(repository, script), ...args.slice(1)]
    if (command.includes('import') || command.includes('--check')) {
      const { status, stderr } = spawnSync('node', all, { cwd: folder, encoding: 'utf8' })
      expect([command, status, stderr]).toEqual([command, 0, ''])
    } else expect(await isReady(all, folder)).toBe(true)
  }
})

/** Whether it says that it serves, before it is ended. */
async function isReady(args: readonly string[], cwd: string): Promise<boolean> {
  const child = spawn('node', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const ready = await new Promise<boolean>((resolve) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      said += more
      if (said.includes('ready')) resolve(true)
    })
    child.once('exit', () => resolve(false))
  })
  child.kill('SIGKILL')
  return ready
}
