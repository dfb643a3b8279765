/** The floors of docs/architecture.md: imports point down, and the pure floors stay pure. */
import { expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Each floor and the floors that it may stand on. */
const floors: Readonly<Record<string, readonly string[]>> = {
  message: [],
  transaction: ['message'],
  transport: ['message'],
  proxy: ['message', 'transaction'],
  plugin: ['message', 'transaction', 'proxy', 'transport'],
  server: ['message', 'transaction', 'transport', 'proxy', 'plugin'],
  workers: ['message', 'transport', 'plugin', 'server'],
  testing: ['message', 'transaction', 'transport', 'proxy', 'plugin', 'server'],
}
const pure = ['message', 'transaction', 'proxy']
const outside =
  /\b(async|await|setTimeout|setInterval|setImmediate|queueMicrotask|Date\.now|performance\.now|Math\.random|process\.|node:)/

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src')

for (const { floor, name, text } of sources()) {
  test(`${name} stands only on lower floors`, () => {
    const others = [...text.matchAll(/from '\.\.\/([a-z]+)\//g)].map(([, other]) => other)
    for (const other of others) expect([floor, ...(floors[floor] ?? [])]).toContain(other)
  })
  if (pure.includes(floor)) {
    test(`${name} takes time, chance and I/O from its caller`, () => {
      expect(withoutComments(text)).not.toMatch(outside)
    })
  }
}

function sources() {
  return Object.keys(floors).flatMap((floor) =>
    readdirSync(join(root, floor), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({
        floor,
        name: `${floor}/${file}`,
        text: readFileSync(join(root, floor, file), 'utf8'),
      })),
  )
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}
