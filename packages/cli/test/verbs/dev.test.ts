/** `sipwright dev`: routes are those that were saved last. */
import { afterEach, expect, test } from '@jest/globals'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderWith, removeFolders } from '../rig.js'
import { run } from '../running-edge.js'

const command = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'bin', 'sipwright.mjs'],
)
let child: ChildProcess | undefined

afterEach(() => {
  child?.kill('SIGKILL')
  child = undefined
  removeFolders()
})

test('a module that the program imports is saved: the program runs with it, until SIGTERM', async () => {
  const folder = folderWith({
    'main.mjs':
      "import { answer } from './routes.mjs'\nconsole.log(answer, process.argv[2])\nsetInterval(() => {}, 1e9)\n",
    'routes.mjs': "export const answer = 'before'\n",
  })
  const args = [command, 'dev', join(folder, 'main.mjs'), '--flag']
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout?.on('data', (data: Buffer) => (printed += data.toString()))
  const prints = async (text: string): Promise<void> => {
    while (!printed.includes(text)) await once(child!.stdout!, 'data')
  }
  await prints('before --flag')
  writeFileSync(join(folder, 'routes.mjs'), "export const answer = 'after'\n")
  await prints('after --flag')
  child.kill('SIGTERM')
  const [status] = (await once(child, 'exit')) as [number | null]
  expect(status).toBe(0)
})

test('an entry and --config at once, or neither, is a command line at fault', async () => {
  expect(await run(['dev'])).toMatchObject({ status: 2 })
  expect(await run(['dev', '--config', 'lb.yaml', 'main.js'])).toMatchObject({ status: 2 })
})
