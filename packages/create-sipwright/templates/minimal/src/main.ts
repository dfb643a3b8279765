import { edge } from './edge.js'

const app = await edge()
await app.listen(...(process.env['LISTEN'] ?? 'udp:127.0.0.1:5060').split(','))

// Calls in progress may end; after half a minute they are left alone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.drain(30_000).then(() => app.close()))
}
