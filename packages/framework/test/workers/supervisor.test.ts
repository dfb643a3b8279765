import { expect, test } from '@jest/globals'
import { type Socket } from 'node:net'
import { settled, VirtualClock } from '#src/server/virtual-clock.js'
import { Counters } from '#src/server/counters.js'
import { type Order, type Report } from '#src/workers/messages.js'
import { type Placement, Supervisor, type WorkerEvents } from '#src/workers/supervisor.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

/** A process of the test: it does what it is told to. */
interface Process {
  readonly index: number
  readonly launchedAt: number
  readonly orders: Order[]
  readonly sockets: (Socket | undefined)[]
  readonly events: WorkerEvents
  readonly place: Placement
  killed: boolean
  /** It answers nothing any more. */
  still: boolean
}

function rig(count: number) {
  const clock = new VirtualClock()
  const processes: Process[] = []
  const supervisor = new Supervisor({
    ...{ count, clock, log: quiet },
    launch: (index, events, place) => {
      const process: Process = {
        ...{ index, launchedAt: clock.now(), orders: [], sockets: [], events, place },
        killed: false,
        still: false,
      }
      processes.push(process)
      return {
        pid: processes.length,
        order: (order, socket) => {
          if (order.kind === 'pulse') {
            if (!process.still) events.report({ kind: 'alive' })
            return
          }
          process.orders.push(order)
          process.sockets.push(socket)
        },
        kill: () => {
          process.killed = true
          events.ended('SIGKILL', false)
        },
      }
    },
  })
  const latest = (index: number): Process => processes.findLast((each) => each.index === index)!
  const say = (index: number, report: Report): void => latest(index).events.report(report)
  const serve = (...indexes: readonly number[]): void => {
    for (const index of indexes) say(index, { kind: 'serves' })
  }
  const die = (index: number): void => latest(index).events.ended('SIGKILL', false)
  const ordered = <Kind extends Order['kind']>(index: number, kind: Kind) =>
    latest(index).orders.filter(
      (order): order is Extract<Order, { kind: Kind }> => order.kind === kind,
    )
  const running = async (): Promise<void> => {
    const started = supervisor.start()
    serve(...Array.from({ length: count }, (_, index) => index))
    await started
  }
  /** Swaps until `old`, the process of `index`, has retired. */
  const retire = async (index: number) => {
    const old = latest(index)
    const swapped = supervisor.swap()
    say(index, { kind: 'serves' })
    await settled()
    old.events.report({ kind: 'retired', port: 4_000, branches: [] })
    await settled()
    return { old, swapped }
  }
  return { clock, processes, supervisor, latest, say, serve, die, ordered, running, retire }
}

test('it has started when every worker serves', async () => {
  const { supervisor, serve, processes } = rig(3)
  let started = false
  const starting = supervisor.start().then(() => (started = true))
  expect(processes.map(({ index }) => index)).toEqual([0, 1, 2])
  serve(0, 2)
  await Promise.resolve()
  expect(started).toBe(false)
  serve(1)
  await starting
  expect(supervisor.pids).toEqual([1, 2, 3])
})

test('a worker that ends before all serve ends the start, and nobody is left', async () => {
  const { supervisor, serve, latest, processes } = rig(2)
  const starting = supervisor.start()
  serve(0)
  latest(1).events.ended('status 2', false)
  await expect(starting).rejects.toMatchObject({
    code: 'SIPW_ERR_WORKER_FAILED',
    message: 'worker 1 ended before it was ready: status 2',
  })
  expect(processes.map(({ killed }) => killed)).toEqual([true, false])
  expect(await supervisor.ended).toBe(false)
})

test('who ends is replaced at once, under its number', async () => {
  const { clock, processes, die, running } = rig(2)
  await running()
  die(1)
  clock.advance(0)
  expect(processes.map(({ index }) => index)).toEqual([0, 1, 1])
})

test('who ends again and again is replaced after growing pauses: no storm of forks', async () => {
  const { clock, processes, die, running } = rig(1)
  await running()
  for (let deaths = 1; deaths <= 8; deaths++) {
    die(0)
    while (processes.length <= deaths) clock.advance(clock.next - clock.now())
  }
  expect(processes.map(({ launchedAt }) => launchedAt)).toEqual([
    0, 0, 250, 750, 1_750, 3_750, 7_750, 15_750, 31_750,
  ])
})

test('who never gets ready is ended after half a minute, and replaced', async () => {
  const { clock, latest, processes, die, running } = rig(2)
  await running()
  die(0)
  clock.advance(0)
  const stuck = latest(0)
  clock.advance(29_999)
  expect(stuck.killed).toBe(false)
  clock.advance(1_000)
  expect(stuck.killed).toBe(true)
  expect(processes.filter(({ index }) => index === 0)).toHaveLength(3)
})

test('who stands still is ended when it has left five questions unanswered, and replaced', async () => {
  const { clock, latest, processes, running } = rig(2)
  await running()
  clock.advance(60_000)
  const stuck = latest(1)
  stuck.still = true
  clock.advance(10_000)
  expect(stuck.killed).toBe(false)
  // Whatever it says, it lives.
  stuck.events.report({ kind: 'tells', topic: 'a', news: 1 })
  clock.advance(10_000)
  expect(stuck.killed).toBe(false)
  clock.advance(2_000)
  expect(stuck.killed).toBe(true)
  clock.advance(0)
  expect(processes.map(({ index }) => index)).toEqual([0, 1, 1])
})

test('who stands still after it has retired is ended, too', async () => {
  const { clock, latest, running, retire } = rig(1)
  await running()
  const { old, swapped } = await retire(0)
  await swapped
  old.still = true
  clock.advance(12_000)
  expect([old.killed, latest(0).killed]).toEqual([true, false])
  expect(latest(0).orders.at(-1)).toEqual({ kind: 'over', mark: 0 })
})

test('a worker replaced within a second is not away: what is for it waits', async () => {
  const { clock, die, serve, ordered, running } = rig(2)
  await running()
  die(1)
  clock.advance(999)
  serve(1)
  clock.advance(60_000)
  expect(ordered(0, 'away')).toEqual([])
})

test('after a second without it the others take its calls, until it is back', async () => {
  const { clock, die, serve, say, ordered, running } = rig(2)
  await running()
  die(1)
  clock.advance(1_000)
  expect(ordered(0, 'away').map(({ workers }) => workers)).toEqual([[1]])
  say(1, { kind: 'here' })
  expect(ordered(1, 'away').at(-1)!.workers).toEqual([1])
  serve(1)
  expect(ordered(0, 'away').at(-1)!.workers).toEqual([])
})

test('one leads; when it ends the first that serves takes over, and keeps the lead', async () => {
  const { clock, die, serve, ordered, running } = rig(3)
  await running()
  expect([0, 1, 2].map((index) => ordered(index, 'lead').length)).toEqual([1, 0, 0])
  die(0)
  expect(ordered(1, 'lead')).toHaveLength(1)
  clock.advance(0)
  serve(0)
  expect(ordered(0, 'lead')).toHaveLength(0)
  die(1)
  expect(ordered(0, 'lead')).toHaveLength(1)
})

test('with nobody left, the first that serves again leads', async () => {
  const { clock, die, serve, ordered, running } = rig(2)
  await running()
  die(1)
  die(0)
  clock.advance(0)
  serve(1)
  expect(ordered(1, 'lead')).toHaveLength(1)
})

test('a swap: the successor gets the place when it serves, and the old one finishes what it has in hand', async () => {
  const { supervisor, processes, latest, say, running } = rig(1)
  await running()
  const old = latest(0)
  const swapped = supervisor.swap()
  const successor = latest(0)
  expect(successor).not.toBe(old)
  // No two processes that live have the same mark.
  expect([old.place, successor.place]).toEqual([
    { mark: 0, succeeds: false },
    { mark: 1, succeeds: true },
  ])
  expect(old.orders.some(({ kind }) => kind === 'retire')).toBe(false)
  say(0, { kind: 'serves' })
  await settled()
  expect(old.orders.at(-1)).toMatchObject({ kind: 'retire' })
  old.events.report({ kind: 'retired', port: 4_000, branches: [7] })
  expect(await swapped).toEqual([])
  expect(successor.orders.slice(-2)).toEqual([
    { kind: 'succeed', elders: [expect.objectContaining({ mark: 0, port: 4_000, branches: [7] })] },
    { kind: 'lead' },
  ])
  old.events.ended('status 0', true)
  expect(successor.orders.at(-1)).toEqual({ kind: 'over', mark: 0 })
  expect(processes).toHaveLength(2)
})

test('one that has retired ends while nobody has its place: it is taken all the same', async () => {
  const { clock, processes, die, running, retire } = rig(1)
  await running()
  const { old, swapped } = await retire(0)
  await swapped
  die(0)
  clock.advance(0)
  die(0)
  old.events.ended('status 0', true)
  clock.advance(250)
  expect(processes).toHaveLength(4)
})

test('a swap whose code does not start says how it ended, and changes nothing', async () => {
  const { supervisor, processes, latest, running } = rig(2)
  await running()
  const [first, second] = [latest(0), latest(1)]
  const swapped = supervisor.swap()
  latest(1).events.ended('status 3', false)
  await settled()
  latest(0).events.ended('status 4', false)
  // Who leads is the last.
  expect(await swapped).toEqual(['worker 1: status 3', 'worker 0: status 4'])
  for (const { orders } of [first, second]) {
    expect(orders.some(({ kind }) => kind === 'retire')).toBe(false)
  }
  expect(processes).toHaveLength(4)
})

test('a successor that never gets ready is ended after half a minute; one that does not retire after 15 seconds', async () => {
  const { clock, supervisor, latest, say, running } = rig(1)
  await running()
  const old = latest(0)
  const stuck = supervisor.swap()
  const successor = latest(0)
  clock.advance(29_999)
  expect(successor.killed).toBe(false)
  clock.advance(1)
  expect(successor.killed).toBe(true)
  expect(await stuck).toEqual(['worker 0: SIGKILL'])

  const swapped = supervisor.swap()
  say(0, { kind: 'serves' })
  await settled()
  clock.advance(15_000)
  expect(old.killed).toBe(true)
  expect(await swapped).toEqual(['worker 0: it ended before it could be replaced'])
})

test('one that has retired speaks to its successor alone, and is told to stop with all others', async () => {
  const { supervisor, latest, ordered, running, retire } = rig(2)
  await running()
  const { old, swapped } = await retire(1)
  old.events.report({ kind: 'tells', topic: 'a', news: 1 })
  expect(ordered(1, 'told')).toHaveLength(1)
  expect(ordered(0, 'told')).toEqual([])
  latest(0).events.ended('status 3', false)
  await swapped
  supervisor.stop(1_000)
  expect(old.orders.at(-1)).toEqual({ kind: 'stop', limitMs: 1_000 })
})

test('the program tells every process, those that have retired too', async () => {
  const { supervisor, latest, ordered, running } = rig(2)
  await running()
  supervisor.tell('program', 'news')
  for (const index of [0, 1]) {
    expect(ordered(index, 'told')).toEqual([{ kind: 'told', topic: 'program', news: 'news' }])
  }
  expect(latest(0).orders.at(-1)).toMatchObject({ kind: 'told' })
})

test('news go to all others, in order', async () => {
  const { say, ordered, running } = rig(3)
  await running()
  say(1, { kind: 'tells', topic: 'a', news: 1 })
  say(1, { kind: 'tells', topic: 'a', news: 2 })
  expect(ordered(0, 'told').map(({ news }) => news)).toEqual([1, 2])
  expect(ordered(1, 'told')).toEqual([])
  expect(ordered(2, 'told').map(({ news }) => news)).toEqual([1, 2])
})

test('a reload tells what was refused, and does not wait for who ends meanwhile', async () => {
  const { supervisor, say, die, ordered, running } = rig(3)
  await running()
  const faults = supervisor.reload({ rev: 2 })
  const [{ id, data }] = ordered(0, 'reload') as [Extract<Order, { kind: 'reload' }>]
  expect(data).toEqual({ rev: 2 })
  say(0, { kind: 'reloaded', id })
  say(1, { kind: 'reloaded', id, fault: 'line 3' })
  die(2)
  expect(await faults).toEqual(['line 3'])
})

test('counters are added up', async () => {
  const { supervisor, say, ordered, running } = rig(2)
  await running()
  const sum = supervisor.counters()
  const [{ id }] = ordered(0, 'count') as [Extract<Order, { kind: 'count' }>]
  const each = Object.assign(new Counters(), { messagesReceived: 20, faults: 1 })
  say(0, { kind: 'counted', id, counters: each })
  say(1, { kind: 'counted', id, counters: each })
  expect(await sum).toEqual(Object.assign(new Counters(), { messagesReceived: 40, faults: 2 }))
})

test('who does not answer is not waited for longer than a quarter of a minute', async () => {
  const { supervisor, clock, running } = rig(2)
  await running()
  const faults = supervisor.reload(undefined)
  clock.advance(15_000)
  expect(await faults).toEqual([])
})

test('it has ended when all workers have; nobody is replaced, no timer is left', async () => {
  const { supervisor, clock, latest, ordered, processes, running } = rig(2)
  await running()
  supervisor.stop(30_000)
  expect(ordered(1, 'stop')).toEqual([{ kind: 'stop', limitMs: 30_000 }])
  latest(0).events.ended('status 0', true)
  expect(ordered(1, 'away').at(-1)!.workers).toEqual([0])
  latest(1).events.ended('status 0', true)
  expect(await supervisor.ended).toBe(true)
  expect(clock.next).toBe(Infinity)
  expect(processes).toHaveLength(2)
})

test('who does not end in time is ended, and that is told', async () => {
  const { supervisor, clock, latest, running } = rig(2)
  await running()
  supervisor.stop(1_000)
  latest(0).events.ended('status 0', true)
  clock.advance(16_000)
  expect(latest(1).killed).toBe(true)
  expect(await supervisor.ended).toBe(false)
})

test('a stop while a worker is being replaced does not start it', async () => {
  const { supervisor, clock, die, latest, processes, running } = rig(2)
  await running()
  die(0)
  supervisor.stop(0)
  latest(1).events.ended('status 0', true)
  expect(await supervisor.ended).toBe(true)
  clock.advance(60_000)
  expect(processes).toHaveLength(2)
})

const connection = (): Socket & { destroyed: boolean } => {
  const socket = { destroyed: false, destroy: () => (socket.destroyed = true) }
  return socket as unknown as Socket & { destroyed: boolean }
}

test('connections go to the workers in turn, past who does not serve', async () => {
  const { supervisor, die, ordered, running } = rig(3)
  await running()
  die(1)
  for (let n = 0; n < 4; n++) supervisor.connection(connection(), 0)
  expect([ordered(0, 'connection').length, ordered(2, 'connection').length]).toEqual([2, 2])
})

test('a connection for one worker waits for its replacement', async () => {
  const { supervisor, clock, die, serve, latest, ordered, running } = rig(2)
  await running()
  die(1)
  const socket = connection()
  supervisor.connection(socket, 3, 1)
  clock.advance(0)
  expect(ordered(1, 'connection')).toEqual([])
  serve(1)
  expect(ordered(1, 'connection')).toEqual([{ kind: 'connection', listener: 3 }])
  expect(latest(1).sockets).toContain(socket)
})

test('connections for a worker that stays away are closed, and so are more than wait well', async () => {
  const { supervisor, clock, die, running } = rig(2)
  await running()
  die(1)
  const sockets = Array.from({ length: 300 }, connection)
  for (const socket of sockets) supervisor.connection(socket, 3, 1)
  expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(44)
  clock.advance(1_000)
  expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  const late = connection()
  supervisor.connection(late, 3, 1)
  expect(late.destroyed).toBe(true)
})
