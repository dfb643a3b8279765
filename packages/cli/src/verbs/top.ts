/** `sipwright top`: destinations as they are, again each second. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { type Answers } from '@sipwright/plugin-admin'
import { act, exitStatuses, print, type Said, untilInterrupted } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { type EdgeClient } from '../operator/edge-client.js'
import { type Destination, setsPath } from '../operator/named-destination.js'
import { type Cell, paint, printable, stateCell, table } from '../operator/terminal.js'
import { durationOf, formatSeconds } from '../operator/values.js'

interface Watching extends ConnectionOptions {
  readonly interval: string
  readonly once?: boolean
}

/** What the edge says at one moment. */
export interface Picture {
  readonly at: number
  readonly status: Answers['status']
  readonly destinations: readonly Destination[]
}

/** The other screen of the terminal and no cursor; and back. */
const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
/** To the first line; what is left of each line and of the screen is wiped. */
const home = '\u001b[H'
const wipeLine = '\u001b[K'
const wipeRest = '\u001b[J'

export function addTop(program: Command): void {
  asksEdge(program.command('top'))
    .description('destinations with calls, share and latency, again each second')
    .option('--interval <time>', 'how often', '1s')
    .option('--once', 'print once; so it does where standard output is no terminal')
    .addHelpText('after', exitStatuses)
    .action((options: Watching) =>
      act(options, (edge) => {
        const intervalMs = Math.max(200, durationOf('--interval', options.interval))
        const once = options.once === true || options.json === true || !process.stdout.isTTY
        return once ? single(edge) : watch(edge, intervalMs)
      }),
    )
}

async function single(edge: EdgeClient): Promise<Said> {
  const picture = await pictureOf(edge)
  const { status, destinations } = picture
  return { value: { status, destinations }, text: drawn(picture, undefined) }
}

async function watch(edge: EdgeClient, intervalMs: number): Promise<undefined> {
  const signal = untilInterrupted()
  let before: Picture | undefined
  await print(enter)
  try {
    while (!signal.aborted) {
      const text = await pictureOf(edge).then(
        (picture) => {
          const said = drawn(picture, before)
          before = picture
          return said
        },
        (error: unknown) => {
          // An edge that restarts comes back; one that refuses does not change its mind.
          if (error instanceof SipError && error.code === 'SIPW_ERR_COMMAND_UNREACHABLE')
            return `${error.message}\n`
          throw error
        },
      )
      const lines = text.split('\n').slice(0, process.stdout.rows - 1)
      await print(`${home}${lines.join(`${wipeLine}\n`)}${wipeRest}`)
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await print(leave)
  }
  return undefined
}

async function pictureOf(edge: EdgeClient): Promise<Picture> {
  const [status, { sets }] = await Promise.all([
    edge.get<Answers['status']>('/api/v1/status'),
    edge.get<Answers['listSets']>(setsPath),
  ])
  return { at: Date.now(), status, destinations: sets.flatMap((set) => set.destinations) }
}

/** One screen. Without a picture of before there are no rates. */
export function drawn(now: Picture, before: Picture | undefined, colourful?: boolean): string {
  const { status, destinations } = now
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000
  const rate = (value: number, last: number | undefined): string =>
    seconds <= 0 || last === undefined ? '-' : (Math.max(0, value - last) / seconds).toFixed(1)
  const received = (of: Picture | undefined) => of?.status.counters['messagesReceived']
  const ready = status.ready
    ? paint('ready', 'green', colourful)
    : paint(`not ready: ${printable(status.reasons.join('; '))}`, 'red', colourful)
  const head = [
    `${printable(status.node)} ${status.version}, up ${formatSeconds(status.uptimeSeconds)}, ${ready}`,
    `calls ${status.calls.active} (${status.calls.pending} unanswered), messages/s ${rate(received(now) ?? 0, received(before))}, destinations ${status.destinations.usable} of ${status.destinations.total} usable`,
  ]
  const selected = (of: Picture | undefined, one: Destination): number | undefined =>
    of?.destinations.find(({ set, id }) => set === one.set && id === one.id)?.counters.selected
  const rows = destinations.map((one): readonly Cell[] => {
    const { counters, latency, load, caps } = one
    const failed =
      counters.failedByResponse + counters.failedByNoResponse + counters.failedByTransport
    return [
      `${one.set}/${one.id}`,
      stateCell(one.state),
      caps.calls === 0 ? String(load.calls) : `${load.calls}/${caps.calls}`,
      rate(counters.selected, selected(before, one)),
      String(counters.selected),
      String(failed),
      latency.samples === 0 ? '-' : latency.estimateMs.toFixed(1),
      one.reason,
    ]
  })
  const names = ['DESTINATION', 'STATE', 'CALLS', 'CALLS/S', 'TOTAL', 'FAILED', 'MS', 'REASON']
  return `${head.join('\n')}\n\n${table(names, rows, colourful)}`
}
