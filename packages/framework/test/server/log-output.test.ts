import { afterEach, expect, test } from '@jest/globals'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('./log-output-entry.js', import.meta.url))
const children: ChildProcessWithoutNullStreams[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(how: 'one' | 'many' | 'app'): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [entry, how])
  children.push(child)
  return child
}

test('a process ends although who read its log is gone, and lines were still to be written', async () => {
  const child = start('one')
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.stdin.write('end')
  expect((await once(child, 'exit'))[0]).toBe(3)
})

test('a reader that reads nothing halts neither the process nor its end', async () => {
  const child = start('many')
  expect(String((await once(child.stderr, 'data'))[0])).toBe('goes on')
  child.stdin.write('end')
  expect((await once(child, 'exit'))[0]).toBe(3)
})

test('more lines than may wait for a slow reader are lost, and it reads how many', async () => {
  const child = start('many')
  await once(child.stderr, 'data')
  let read = ''
  for await (const chunk of child.stdout) {
    read += String(chunk)
    if (read.endsWith('"lines of the log were lost: they were not read in time"}\n')) break
  }
  const lines = read.trimEnd().split('\n')
  const { lines: lost } = JSON.parse(lines.pop()!) as { lines: number }
  expect(lost).toBeGreaterThan(2_000)
  expect(lines.length + lost).toBe(4_000)
})

test('what an app logs last is written before the process ends', async () => {
  const child = start('app')
  expect(await text(child.stdout)).toContain('the last word')
})
