/**
 * The demo: the balancer, three backends and callers on 127.0.0.1. One backend dies and comes back, so that
 * failover and health are seen at work. Nothing but this machine is needed.
 */
import { type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { SipError } from '@sipwright/framework'
import { Balancer } from '../balancer.js'
import { type DemoCommand } from '../command-line.js'
import { formatFault } from '../config/fault.js'
import { type Loaded, parseConfig } from '../config/load.js'
import { interruptions } from '../interruption.js'
import { openLog, type ProcessLog } from '../log.js'
import { backendNames, Backends } from './backends.js'
import { endChild, gone, startOnFreePort } from './children.js'
import { type CallersMessage, type StartMessage, type StopMessage } from './messages.js'
import { floodThreshold } from './flood.js'
import { freePort } from './ports.js'
import { busyOne, story, storyActions, victim } from './story.js'
import { formatResult, formatStatus, Tally } from './tally.js'

const statusIntervalMs = 2_000
/** Calls that are up when the run ends may end by themselves; an interrupted run waits less. */
const lastCallsMs = 35_000
const interruptedLastCallsMs = 5_000

const usualBalancerPort = 5060
const usualCallersPort = 5080
const usualAdminPort = 8088

/** Runs until its duration is over or a signal ends it; the exit status is 0 if no call failed. */
export async function demo(command: DemoCommand): Promise<0 | 1 | 2> {
  const interruption = interruptions()
  const ended = new AbortController()
  const tally = new Tally(backendNames)
  const backends = new Backends((name, at) => tally.died(name, at))
  await backends.start()
  const started = await startBalancer(command, backends)
  if (started === undefined) {
    await backends.end()
    return 2
  }
  const { balancer, log } = started
  const say = (text: string): void => {
    if (!command.headless) (command.json ? process.stderr : process.stdout).write(`${text}\n`)
  }
  const port = portOf(balancer)
  const callers = await startCallers(port, command.cps, tally)
  say(introduction(balancer, backends, command.cps))
  const status = setInterval(() => say(formatStatus(tally, balancer.failovers)), statusIntervalMs)
  const told = story(backends, command.durationMs, ended.signal)

  const duration = command.durationMs ?? Infinity
  const why = await Promise.race([
    interruption.first,
    callers.died,
    ...(duration === Infinity ? [] : [sleep(duration, 'over' as const)]),
  ])
  ended.abort()
  await told
  const limitMs = why === 'over' ? lastCallsMs : interruptedLastCallsMs
  await Promise.race([callers.stop(limitMs), callers.died, interruption.second])
  clearInterval(status)

  await Promise.all([endChild(callers.child), backends.end()])
  await balancer.close()
  await log.flush()
  const result = tally.result(balancer.failovers)
  process.stdout.write(command.json ? `${JSON.stringify(result)}\n` : formatResult(result))
  interruption.release()
  return result.failed === 0 && why !== 'died' ? 0 : 1
}

/** The balancer on its usual port, or on a free one; undefined if `--set` made a configuration with faults. */
async function startBalancer(
  command: DemoCommand,
  backends: Backends,
): Promise<{ readonly balancer: Balancer; readonly log: ProcessLog } | undefined> {
  for (let attempt = 1; ; attempt++) {
    const ports = {
      sip: await freePort(usualBalancerPort),
      admin: await freePort(usualAdminPort),
    }
    const loaded = demoConfig(command, backends, ports)
    if (loaded.kind === 'faults') {
      process.stderr.write(loaded.faults.map((fault) => `${formatFault(fault)}\n`).join(''))
      return undefined
    }
    const log = openLog(loaded.config.log, command.json ? 2 : 1)
    try {
      const actions = storyActions(backends, ports.sip, floodThreshold(command.cps))
      return { balancer: await Balancer.start(loaded.config, log, { actions }), log }
    } catch (error) {
      // Somebody took the port between the look and the bind.
      if (!(error instanceof SipError && error.code === 'SIPW_ERR_LISTEN' && attempt < 5))
        throw error
    }
  }
}

/** As a file would say it; JSON is YAML. */
function demoConfig(
  { headless, cps, overrides }: DemoCommand,
  backends: Backends,
  { sip, admin }: { readonly sip: number; readonly admin: number },
): Loaded {
  const address = `127.0.0.1:${String(sip)}`
  const destinations = backends.all.map(({ name, port }) => ({
    uri: `sip:127.0.0.1:${String(port)}`,
    id: name,
  }))
  const config = {
    listen: [`udp:${address}`, `tcp:${address}`],
    dispatcher: {
      sets: { 1: { algorithm: 'round-robin', destinations } },
      probe: { interval: '1s', timeout: '500ms', threshold: 2 },
      // Who comes back is soon seen to be back.
      health: { ejection: { probeEnds: true } },
    },
    admin: { listen: `127.0.0.1:${String(admin)}` },
    trace: {},
    // Strangers are on this machine, too, where nobody is banned unless one says so.
    flood: { threshold: floodThreshold(cps), window: '2s' },
    log: { level: headless ? 'error' : 'info', format: 'pretty' },
  }
  return parseConfig('demo', JSON.stringify(config), overrides)
}

interface Callers {
  readonly child: ChildProcess
  /** Settles when the process has gone before it was to. */
  readonly died: Promise<'died'>
  /** Places no more calls; settles when those in progress are over. */
  stop(limitMs: number): Promise<void>
}

async function startCallers(balancerPort: number, cps: number, tally: Tally): Promise<Callers> {
  const { child } = await startOnFreePort('callers.js', usualCallersPort, (port) => [
    `127.0.0.1:${String(balancerPort)}`,
    String(port),
    String(cps),
  ])
  const finished = new Promise<void>((resolve) => {
    child.on('message', (message: CallersMessage) => {
      if (message.kind === 'placed') tally.placed()
      else if (message.kind === 'ended') tally.ended(message.outcome)
      else resolve()
    })
  })
  const died = gone(child).then(() => 'died' as const)
  const start: StartMessage = { kind: 'start' }
  child.send(start, () => undefined)
  const stop = (limitMs: number): Promise<void> => {
    const message: StopMessage = { kind: 'stop', limitMs }
    if (child.connected) child.send(message, () => undefined)
    return finished
  }
  return { child, died, stop }
}

function introduction(balancer: Balancer, backends: Backends, cps: number): string {
  const places = backends.all.map(({ name, port }) => `${name} 127.0.0.1:${String(port)}`)
  return [
    'sipwright demo: a load balancer, three backends and callers, all on this machine',
    `  balancer  ${balancer.listeners.join(' ')}`,
    `  backends  ${places.join(', ')}; ${victim} dies and comes back, ${busyOne} is busy at times`,
    `  callers   ${String(cps)} calls per second; yours: sip:1000@127.0.0.1:${String(portOf(balancer))}`,
    ...(balancer.adminUrl === undefined
      ? []
      : [
          `  look      ${balancer.adminUrl}/ is the dashboard: traffic, backends, ladders, and buttons that kill, revive, flood`,
        ]),
    '  below     failovers, health of the backends, and a line of counts every two seconds',
    '  Ctrl-C ends everything',
  ].join('\n')
}

function portOf(balancer: Balancer): number {
  return Number(balancer.listeners[0]?.split(':').at(-1))
}
