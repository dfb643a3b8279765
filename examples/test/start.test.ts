/** What runs the examples, and the table that lists them. */
import { afterEach, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunningProcess, stopAll } from '@sipwright/test/system/processes.js'

const folder = join(import.meta.dirname, '..', '..')
const sources = readdirSync(join(folder, 'src')).filter((file) => file !== 'start.ts')
afterEach(stopAll)

test('README.md lists every example, and each has a test', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  const listed = [...readme.matchAll(/^\| \[[\w-]+\]\(src\/([\w-]+\.ts)\)/gm)].map(
    ([, file]) => file,
  )
  expect(listed.toSorted()).toEqual(sources.toSorted())
  const tests = readdirSync(join(folder, 'test')).filter((file) => file.endsWith('.test.ts'))
  const tested = tests.map((file) => file.replace('.test.ts', '.ts'))
  expect(tested).toEqual(expect.arrayContaining(sources))
})

test('an example runs by its name, and ends when it is asked to', async () => {
  const start = join(folder, 'dist', 'start.js')
  const unknown = new RunningProcess('node', [start, 'nothing'])
  expect(await unknown.exited).toBe(2)
  expect(unknown.output).toContain('minimal-proxy')
  const running = new RunningProcess('node', [start, 'minimal-proxy', 'udp:127.0.0.1:0'])
  await running.printed(/UDP 127\.0\.0\.1:\d+/)
  expect(await running.stop()).toBe(0)
})
