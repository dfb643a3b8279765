/** New code takes the place of old while calls are made. */
import { readFileSync } from 'node:fs'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { RunningProcess } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { Sipp, type SippCounts } from './sipp.js'

export interface SwapLoad {
  readonly workers: number
  readonly swaps: number
  readonly callsPerSecond: number
  /** The calls end after so long even if not all swaps have. */
  readonly seconds: number
  /** From one swap to the next. Default: none. */
  readonly pauseMs?: number
}

export interface SwapOutcome {
  readonly counts: SippCounts
  /** Datagrams that the kernel dropped of the balancer's sockets. */
  readonly drops: number
  /** What the balancer printed. */
  readonly output: string
  /** What the command said that asked for each swap. */
  readonly said: readonly string[]
  /** Calls were still made when the last swap had ended. */
  readonly wasUnderLoad: boolean
}

const command = new URL('../../../packages/cli/bin/sipwright.mjs', import.meta.url).pathname

/** Swaps by `sipwright reload --code`, one after the other, until as many have ended; then the calls end. */
export async function swapUnderLoad(load: SwapLoad): Promise<SwapOutcome> {
  const { workers, swaps, callsPerSecond, seconds, pauseMs = 0 } = load
  const [port, backendPort, callerPort] = [await freePort(), await freePort(), await freePort()]
  const adminPort = await freePort()
  const balancer = await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}']
workers: ${workers}
supervised: true
admin: { listen: '127.0.0.1:${adminPort}' }
# Long enough that an answer sent again is still passed on, short enough that processes end while others are swapped.
timers: { linger: 8s }
dispatcher:
  sets: { 1: { destinations: ['sip:127.0.0.1:${backendPort}'] } }
  probe: { interval: 0s }
`,
  })
  // Of two workers, what one read before it retired may be overtaken on its way to the other by what came later.
  const resends = workers > 1
  const backend = await SipBackend.at(backendPort, { resends })
  const caller = Sipp.call({
    ...{ scenario: 'caller', port: callerPort, target: `127.0.0.1:${port}` },
    ...{ callsPerSecond, calls: callsPerSecond * seconds, holdMs: 1_000 },
    ...{ resends, patienceMs: 20_000 },
    lifetimeSeconds: seconds + 30,
  })
  const said: string[] = []
  let drops = 0
  let isUnderLoad = true
  const ended = caller.process.exited.then(() => (isUnderLoad = false))
  for (let swap = 0; swap < swaps; swap++) {
    const asked = new RunningProcess('node', [command, 'reload', '--code'], undefined, {
      SIPWRIGHT_URL: `http://127.0.0.1:${adminPort}`,
    })
    await asked.exited
    said.push(asked.output)
    drops += dropsAt(port)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  const wasUnderLoad = isUnderLoad
  caller.makeNoMoreCalls()
  const counts = await caller.finished()
  await ended
  drops += dropsAt(port)
  const { output } = balancer.process
  await balancer.stop()
  backend.close()
  return { counts, drops, output, said, wasUnderLoad }
}

function dropsAt(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync('/proc/net/udp', 'latin1')
    .split('\n')
    .filter((line) => line.includes(`:${hex} 00000000:0000`))
    .reduce((sum, line) => sum + Number(line.trim().split(/\s+/).at(-1)), 0)
}
