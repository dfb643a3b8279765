/** Runs an example: `node examples/dist/start.js <name> [listener …]`. In a project of your own these are two lines. */
import { readdirSync } from 'node:fs'
import { type App } from '@sipwright/framework'

interface Example {
  readonly listen: readonly string[]
  readonly edge: () => Promise<App>
}

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.js') && file !== 'start.js')
  .map((file) => file.slice(0, -'.js'.length))

const [name = '', ...listeners] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`which example? One of ${names.join(', ')}`)
  process.exit(2)
}
const { edge, listen } = (await import(`./${name}.js`)) as Example
const app = await edge()
await app.listen(...(listeners.length > 0 ? listeners : listen))
console.log(app.listeners.map(({ address, port, transport }) => `${transport} ${address}:${port}`))

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.drain(10_000).then(() => app.close()))
}
