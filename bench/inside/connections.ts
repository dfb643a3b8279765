/** What an idle TCP connection holds: a whole app, and real sockets of a process of its own. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { heapBytes } from './heap.js'

export interface ConnectionsOptions {
  readonly connections: number
}

export interface ConnectionsReport {
  readonly connections: number
  /** Bytes per connection of the heap and what hangs on it. */
  readonly heap: number
  /** Bytes per connection of resident memory; the kernel's own buffers are not in it. */
  readonly resident: number
}

export async function measureConnections({
  connections,
}: ConnectionsOptions): Promise<ConnectionsReport> {
  const hour = 3_600_000
  const app = await createApp({
    routes: [Answering],
    log: { error: ignore, warn: ignore, info: ignore, debug: ignore, isLevelEnabled: () => false },
    limits: {
      ...{ connections: connections + 100, connectionsPerSource: connections + 100 },
      ...{ idleTimeoutMs: hour, firstByteTimeoutMs: hour },
    },
  })
  await app.listen('tcp:127.0.0.1:0')
  const port = app.listeners[0]?.port ?? 0
  // What the first ones compile and cache is not theirs.
  const first = await clients(port, 20)
  const base = { heap: heapBytes(), resident: process.memoryUsage.rss() }
  const many = await clients(port, connections)
  const heap = (heapBytes() - base.heap) / connections
  const resident = (process.memoryUsage.rss() - base.resident) / connections
  first.kill('SIGKILL')
  many.kill('SIGKILL')
  await app.close()
  return { connections, heap, resident }
}

@Routes()
class Answering {
  @OnRequest('*')
  answer(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

/** A process that has opened so many connections, sent an OPTIONS on each and got the answer. */
async function clients(port: number, count: number): Promise<ReturnType<typeof fork>> {
  const program = join(dirname(fileURLToPath(import.meta.url)), 'idle-clients.js')
  const child = fork(program, [String(port), String(count)], { execArgv: [] })
  const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(60_000) })) as [
    unknown,
  ]
  if (message !== 'open') throw new Error(`the clients could not connect: ${String(message)}`)
  return child
}

function ignore(): void {
  // Nobody reads it.
}
