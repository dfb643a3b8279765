import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WatchedText } from '@sipwright/framework'

let folder: string
let file: string
let watched: WatchedText

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watched-'))
  file = join(folder, 'list')
  await writeFile(file, 'one')
  watched = new WatchedText(file)
})

afterEach(async () => {
  watched.close()
  await rm(folder, { recursive: true })
})

/** What is found, in order; `next` resolves with the next of it. */
function texts() {
  const found: string[] = []
  let tell: ((text: string) => void) | undefined
  watched.watch(() => {
    void watched.read().then((text) => {
      found.push(text)
      tell?.(text)
    })
  })
  return { found, next: () => new Promise<string>((resolve) => (tell = resolve)) }
}

test('a file that is written, replaced, or away and there again is told of once, with what it says then', async () => {
  expect(await watched.read()).toBe('one')
  const { found, next } = texts()
  await writeFile(file, 'two')
  expect(await next()).toBe('two')
  await writeFile(`${file}.new`, 'three')
  await rename(`${file}.new`, file)
  expect(await next()).toBe('three')
  await rm(file)
  await pause(500)
  await writeFile(file, 'four')
  expect(await next()).toBe('four')
  expect(found).toEqual(['two', 'three', 'four'])
})

test('what was written between the reading and the watching is told of', async () => {
  await watched.read()
  await writeFile(file, 'two')
  // The system has told of it before anybody listened.
  await pause(50)
  expect(await texts().next()).toBe('two')
})

test('what somebody else has read is known, before the watch and during it', async () => {
  watched.knows('one')
  const { found, next } = texts()
  await pause(500)
  await writeFile(file, 'two')
  watched.knows('two')
  await pause(500)
  expect(found).toEqual([])
  await writeFile(file, 'two ')
  expect(await next()).toBe('two ')
})

test('a text is told of when it is found twice: one that is still being written is not whole', async () => {
  let due: (() => void) | undefined
  const clock = {
    now: () => 0,
    after: (_delayMs: number, run: () => void) => {
      due = run
      return () => undefined
    },
  }
  const look = async (): Promise<void> => {
    while (due === undefined) await pause(1)
    const run = due
    due = undefined
    run()
  }
  watched = new WatchedText(file, { clock })
  const { found, next } = texts()
  await look()
  while (due === undefined) await pause(1)
  await writeFile(file, 'one and more')
  await look()
  const told = next()
  await look()
  expect(await told).toBe('one and more')
  expect(found).toEqual(['one and more'])
})

test('it is seen where something else is written all the time', async () => {
  await watched.read()
  const { next } = texts()
  let lines = 0
  const noise = setInterval(() => writeFileSync(join(folder, 'journal'), String(++lines)), 20)
  await writeFile(file, 'two')
  expect(await next()).toBe('two')
  clearInterval(noise)
})

test('the link that turns when Kubernetes mounts a new ConfigMap is a change', async () => {
  for (const [revision, text] of Object.entries({ '..1': 'one', '..2': 'two' })) {
    await mkdir(join(folder, revision))
    await writeFile(join(folder, revision, 'map'), text)
  }
  await symlink('..1', join(folder, '..data'))
  await symlink(join('..data', 'map'), join(folder, 'map'))
  watched = new WatchedText(join(folder, 'map'))
  expect(await watched.read()).toBe('one')
  const { next } = texts()
  await symlink('..2', join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
  expect(await next()).toBe('two')
})

test('nothing is told after the end, and what cannot be read rejects with the error of the system', async () => {
  const { found } = texts()
  watched.close()
  await writeFile(file, 'two')
  await pause(500)
  expect(found).toEqual([])
  expect(await readFile(file, 'utf8')).toBe('two')
  await rm(file)
  await expect(watched.read()).rejects.toMatchObject({ code: 'ENOENT' })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
