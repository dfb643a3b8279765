import { edge, hasCertificate } from './edge.js'

const app = await edge()
const open = hasCertificate ? 'udp:127.0.0.1:5060,tls:127.0.0.1:5061' : 'udp:127.0.0.1:5060'
await app.listen(...(process.env['LISTEN'] ?? open).split(','))

// Calls in progress may end; after half a minute they are left alone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void app.drain(30_000).then(() => app.close()))
}
// Users and certificates are watched; SIGHUP reads them at once.
process.on('SIGHUP', () => void app.reload())
