/**
 * Keeps the workers running: replaces who ends, says who leads, carries their news, and ends them in order. What it
 * decides is here; processes and sockets are lent to it.
 */
import { type Socket } from 'node:net'
import { type Clock, type Log } from '../environment.js'
import { SipError } from '../errors.js'
import { Counters } from '../server/counters.js'
import { type Elder, type Order, type Report } from './messages.js'
import { Respawn } from './respawn.js'

/** One process, while it runs. */
export interface WorkerProcess {
  readonly pid: number | undefined
  /** Lost without a word if it has just ended. A socket that goes with it is closed here. */
  order(order: Order, socket?: Socket): void
  /** Ends it at once. */
  kill(): void
}

/** How a process comes to its place. */
export interface Placement {
  /** In our Via; no two processes that live have the same. */
  readonly mark: number
  /** It takes the place of one that still serves. */
  readonly succeeds: boolean
}

/** What becomes of a process. */
export interface WorkerEvents {
  report(report: Report): void
  /** `how` says in words why; `well` that it ended by itself with status 0. */
  ended(how: string, well: boolean): void
}

export interface SupervisorOptions {
  readonly count: number
  /** Starts the process of the worker with this number. */
  readonly launch: (index: number, events: WorkerEvents, place: Placement) => WorkerProcess
  readonly clock: Clock
  readonly log: Log
}

/** A worker that does not serve so long after its launch is ended, and replaced. */
const startLimitMs = 30_000

/** Until then what is for a worker that ended waits for its replacement; then the others take its calls. */
const awayAfterMs = 1_000

/** Connections that wait for the replacement of one worker at most. */
const maxWaiting = 256

/** What has retired may take so long: a call that rings until Timer C, and what lingers behind it. */
const elderLimitMs = 300_000

/** How long the workers may take to answer what all are asked, and one to retire; one that does not is ended, with its calls. */
const answerLimitMs = 15_000

/** How often each process is asked whether it is alive. */
const pulseMs = 2_000

/**
 * With so many questions unanswered it stands still, in a loop of its own code say, and is ended: the others, who serve, hear nothing
 * any more while it is the one that reads. Questions are counted, since after a halt of the whole machine one is due for all the time.
 */
const mostUnanswered = 5

/** What a worker that is told to stop may take beyond the limit for its calls. */
const closeLimitMs = 15_000

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #members: readonly Member[]
  readonly #questions = new Map<number, Question>()
  #lastQuestion = 0
  /** Counts the changes of who is away. */
  #revision = 0
  /** Whose turn the next connection is. */
  #turn = 0
  #leader: Member | undefined = undefined
  #state: 'starting' | 'running' | 'stopping' = 'starting'
  #endedWell = true
  #cancelKill: (() => void) | undefined = undefined
  #cancelPulse: (() => void) | undefined = undefined
  /** By process: questions in a row whether it is alive. */
  readonly #unanswered = new WeakMap<WorkerProcess, number>()
  readonly #started = new Settling<void>()
  readonly #ended = new Settling<boolean>()

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#members = Array.from({ length: options.count }, (_, index) => new Member(index))
  }

  /** Starts every worker. Throws SIPW_ERR_WORKER_FAILED if one ends before all serve; none is left then. */
  async start(): Promise<void> {
    this.#feelPulses()
    for (const member of this.#members) this.#launch(member)
    await this.#started.promise
  }

  /** True when all workers have ended as they were told to; false if one had to be ended. */
  get ended(): Promise<boolean> {
    return this.#ended.promise
  }

  /** Process ids by worker; undefined while one is replaced. */
  get pids(): readonly (number | undefined)[] {
    return this.#members.map(({ process }) => process?.pid)
  }

  /** Asks every worker to reload; resolves with what they refused: nothing, if all went well. */
  async reload(data: unknown): Promise<readonly string[]> {
    const answers = await this.#ask((id) => ({ kind: 'reload', id, data }))
    return answers.flatMap((answer) =>
      answer.kind === 'reloaded' && answer.fault !== undefined ? [answer.fault] : [],
    )
  }

  /** What all workers have counted, added up. Those of workers that ended are gone with them. */
  async counters(): Promise<Counters> {
    const sum = new Counters()
    for (const answer of await this.#ask((id) => ({ kind: 'count', id }))) {
      if (answer.kind !== 'counted') continue
      for (const name of Object.keys(sum) as (keyof Counters)[]) sum[name] += answer.counters[name]
    }
    return sum
  }

  /**
   * Replaces every process by a new one that has started before, who leads last; resolves with what went wrong. A worker whose successor does
   * not serve keeps its place.
   */
  async swap(): Promise<readonly string[]> {
    const faults: string[] = []
    const others = this.#members.filter((member) => member !== this.#leader)
    for (const member of [...others, ...(this.#leader === undefined ? [] : [this.#leader])]) {
      if (this.#state !== 'running') return [...faults, 'the workers are not running']
      const fault = await this.#swap(member)
      if (fault !== undefined) faults.push(`worker ${member.index}: ${fault}`)
    }
    return faults
  }

  /** Tells every process of every worker; JSON carries it. */
  tell(topic: string, news: unknown): void {
    for (const { processes } of this.#members) {
      for (const process of processes) process.order({ kind: 'told', topic, news })
    }
  }

  /** Tells every worker to stop; `ended` tells when they have. Again, with a shorter limit, shortens it. */
  stop(limitMs: number): void {
    this.#state = 'stopping'
    for (const member of this.#members) {
      member.plan(undefined)
      member.process?.order({ kind: 'stop', limitMs })
      member.successor?.kill()
      for (const { process } of member.elders) process.order({ kind: 'stop', limitMs })
    }
    this.#cancelKill?.()
    this.#cancelKill = this.#options.clock.after(limitMs + closeLimitMs, () => this.kill())
    this.#endWhenEmpty()
  }

  /** Ends what still runs, at once. */
  kill(): void {
    this.#state = 'stopping'
    for (const member of this.#members) {
      member.plan(undefined)
      member.process?.kill()
      member.successor?.kill()
      for (const { process } of [...member.elders]) process.kill()
    }
    this.#endWhenEmpty()
  }

  /** Gives a connection that came in by `listener` to the worker whose own it is, or else to the next one in turn. */
  connection(socket: Socket, listener: number, own?: number): void {
    const member = own === undefined ? this.#next() : this.#members[own]
    if (member?.serves === true) member.process?.order({ kind: 'connection', listener }, socket)
    else member?.hold({ socket, listener })
    if (member === undefined) socket.destroy()
  }

  #next(): Member | undefined {
    for (let step = 0; step < this.#members.length; step++) {
      const member = this.#members[this.#turn]!
      this.#turn = (this.#turn + 1) % this.#members.length
      if (member.serves) return member
    }
    return undefined
  }

  #launch(member: Member): void {
    const { clock, launch, log } = this.#options
    const tooLate = (): void => {
      log.error({ worker: member.index }, 'a worker does not get ready: it is ended')
      member.process?.kill()
    }
    member.plan(clock.after(startLimitMs, tooLate))
    const mark = this.#freeMark(member)
    const events = {
      report: (report: Report) => this.#hear(member, process, report),
      ended: (how: string, well: boolean) => this.#gone(member, process, how, well),
    }
    const process: WorkerProcess = launch(member.index, events, { mark, succeeds: false })
    member.process = process
    member.mark = mark
  }

  /** The smallest that no process of this place has. */
  #freeMark(member: Member): number {
    const taken = new Set([member.mark, ...member.elders.map(({ mark }) => mark)])
    let mark = member.index
    while (taken.has(mark)) mark += this.#members.length
    return mark
  }

  /** What went wrong, if anything did. */
  async #swap(member: Member): Promise<string | undefined> {
    const { clock, launch, log } = this.#options
    const old = member.process
    if (old === undefined || !member.serves || member.successor !== undefined) {
      return 'it is being replaced'
    }
    const mark = this.#freeMark(member)
    const serves = new Settling<string | undefined>()
    const process: WorkerProcess = launch(
      member.index,
      {
        report: (report) => {
          if (report.kind === 'serves' && member.successor === process) serves.resolve(undefined)
          else this.#hear(member, process, report)
        },
        ended: (how, well) => {
          serves.resolve(how)
          this.#gone(member, process, how, well)
        },
      },
      { mark, succeeds: true },
    )
    member.successor = process
    const cancelStart = clock.after(startLimitMs, () => process.kill())
    const fault = await serves.promise
    cancelStart()
    if (fault !== undefined) {
      log.error({ worker: member.index, how: fault }, 'new code does not start: the old goes on')
      return fault
    }
    const retired = new Settling<Elder | undefined>()
    member.retiring = retired
    const cancelRetire = clock.after(answerLimitMs, () => old.kill())
    if (member.process === old) old.order({ kind: 'retire', limitMs: elderLimitMs })
    else retired.resolve(undefined)
    const elder = await retired.promise
    cancelRetire()
    member.retiring = undefined
    if (elder === undefined || member.process !== old) {
      process.kill()
      return 'it ended before it could be replaced'
    }
    member.elders.push({ ...elder, process: old })
    member.plan(undefined)
    member.process = process
    member.successor = undefined
    member.mark = mark
    member.servedAt = clock.now()
    process.order(member.succession)
    if (this.#leader === member) process.order({ kind: 'lead' })
    this.#appoint()
    log.info({ worker: member.index, pid: process.pid, was: old.pid }, 'a worker runs new code')
    return undefined
  }

  /** A process is gone, whatever it was. */
  #gone(member: Member, process: WorkerProcess, how: string, well: boolean): void {
    if (member.successor === process) {
      member.successor = undefined
      this.#endWhenEmpty()
      return
    }
    const elder = member.elders.find((each) => each.process === process)
    if (elder === undefined) {
      this.#lost(member, how, well)
      member.retiring?.resolve(undefined)
      return
    }
    member.elders.splice(member.elders.indexOf(elder), 1)
    member.process?.order({ kind: 'over', mark: elder.mark })
    this.#endWhenEmpty()
  }

  /** Who does not serve yet has its own limit. */
  #feelPulses(): void {
    this.#cancelPulse = this.#options.clock.after(pulseMs, () => {
      for (const member of this.#members) {
        if (member.serves) this.#feelPulse(member, member.process!)
        for (const { process } of [...member.elders]) this.#feelPulse(member, process)
      }
      this.#feelPulses()
    })
  }

  #feelPulse(member: Member, process: WorkerProcess): void {
    const unanswered = this.#unanswered.get(process) ?? 0
    if (unanswered < mostUnanswered) {
      this.#unanswered.set(process, unanswered + 1)
      process.order({ kind: 'pulse' })
      return
    }
    const { log } = this.#options
    log.error({ worker: member.index, pid: process.pid }, 'a worker stands still: it is ended')
    process.kill()
  }

  #hear(member: Member, process: WorkerProcess, report: Report): void {
    this.#unanswered.delete(process)
    switch (report.kind) {
      case 'alive':
        break
      case 'here':
        process.order(this.#whoIsAway())
        break
      case 'serves':
        this.#serves(member)
        break
      case 'tells': {
        const { topic, news } = report
        const told = { kind: 'told', topic, news } as const
        // One that has retired speaks to its successor alone: to all others they are one worker.
        if (member.elders.some((each) => each.process === process)) {
          member.process?.order(told)
          break
        }
        for (const other of this.#members) {
          for (const each of other.processes) if (each !== process) each.order(told)
        }
        break
      }
      case 'retired':
        member.retiring?.resolve({
          mark: member.mark,
          port: report.port,
          branches: report.branches,
        })
        break
      case 'reloaded':
      case 'counted':
        this.#questions.get(report.id)?.answer(member, report)
        break
    }
  }

  #serves(member: Member): void {
    const { clock, log } = this.#options
    member.plan(undefined)
    member.servedAt = clock.now()
    member.cancelAway?.()
    member.cancelAway = undefined
    if (member.away) {
      member.away = false
      this.#sayWhoIsAway()
    }
    // One that replaces a dead successor has those before it, too.
    if (member.elders.length > 0) member.process?.order(member.succession)
    for (const { socket, listener } of member.takeHeld()) {
      member.process?.order({ kind: 'connection', listener }, socket)
    }
    this.#appoint()
    log.debug({ worker: member.index, pid: member.process?.pid }, 'a worker serves')
    if (this.#state === 'starting' && this.#members.every(({ serves }) => serves)) {
      this.#state = 'running'
      this.#started.resolve()
    } else if (this.#state === 'running') {
      log.info({ worker: member.index, pid: member.process?.pid }, 'a worker was replaced')
    }
  }

  #lost(member: Member, how: string, well: boolean): void {
    const { clock, log } = this.#options
    const pid = member.process?.pid
    const { servedAt } = member
    member.plan(undefined)
    member.process = undefined
    member.servedAt = undefined
    for (const question of this.#questions.values()) question.forget(member)
    switch (this.#state) {
      case 'starting':
        this.#started.reject(new SipError('SIPW_ERR_WORKER_FAILED', [member.index, how]))
        this.#endedWell = false
        this.kill()
        return
      case 'stopping':
        this.#endedWell &&= well
        this.#leave(member)
        // The calls of those that remain come by the sockets that it read.
        this.#succeed(member)
        this.#endWhenEmpty()
        return
      case 'running': {
        log.error({ worker: member.index, pid, how }, 'a worker ended')
        this.#succeed(member)
        member.cancelAway ??= clock.after(awayAfterMs, () => this.#leave(member))
        const pauseMs = member.respawn.pause(servedAt, clock.now())
        if (pauseMs > 0) log.warn({ worker: member.index, pauseMs }, 'it ends again and again')
        member.plan(clock.after(pauseMs, () => this.#launch(member)))
      }
    }
  }

  /** The first that serves leads, and does so until it ends: whoever leads knows most. */
  #appoint(): void {
    if (this.#leader !== undefined) return
    this.#leader = this.#members.find(({ serves }) => serves)
    this.#leader?.process?.order({ kind: 'lead' })
  }

  #succeed(lost: Member): void {
    if (this.#leader === lost) this.#leader = undefined
    this.#appoint()
  }

  #leave(member: Member): void {
    member.cancelAway?.()
    member.cancelAway = undefined
    member.away = true
    for (const { socket } of member.takeHeld()) socket.destroy()
    this.#sayWhoIsAway()
  }

  #sayWhoIsAway(): void {
    this.#revision++
    const order = this.#whoIsAway()
    for (const { process } of this.#members) process?.order(order)
  }

  #whoIsAway(): Order {
    const workers = this.#members.filter(({ away }) => away).map(({ index }) => index)
    return { kind: 'away', workers, revision: this.#revision }
  }

  async #ask(order: (id: number) => Order): Promise<readonly Report[]> {
    const id = ++this.#lastQuestion
    const asked = this.#members.filter(({ process }) => process !== undefined)
    const question = new Question(asked)
    this.#questions.set(id, question)
    const cancel = this.#options.clock.after(answerLimitMs, () => question.end())
    for (const { process } of asked) process?.order(order(id))
    const answers = await question.answers
    cancel()
    this.#questions.delete(id)
    return answers
  }

  #endWhenEmpty(): void {
    if (this.#state !== 'stopping') return
    if (this.#members.some(({ processes }) => processes.length > 0)) return
    this.#cancelKill?.()
    this.#cancelKill = undefined
    this.#cancelPulse?.()
    for (const member of this.#members) {
      member.plan(undefined)
      member.cancelAway?.()
    }
    this.#ended.resolve(this.#endedWell)
  }
}

/** One worker over all its processes. */
class Member {
  readonly index: number
  readonly respawn = new Respawn()
  process: WorkerProcess | undefined = undefined
  /** Of its process. */
  mark = -1
  /** Started to take its place. */
  successor: WorkerProcess | undefined = undefined
  /** Settles when its process has given the place up, or has ended: undefined. */
  retiring: Settling<Elder | undefined> | undefined = undefined
  /** Processes that had the place and still have something in hand. */
  readonly elders: (Elder & { readonly process: WorkerProcess })[] = []
  /** Since when its process serves. */
  servedAt: number | undefined = undefined
  /** Others take its calls. */
  away = false
  cancelAway: (() => void) | undefined = undefined
  #cancelPlan: (() => void) | undefined = undefined
  #held: Held[] = []

  constructor(index: number) {
    this.index = index
  }

  get serves(): boolean {
    return this.servedAt !== undefined
  }

  /** Who had the place before. */
  get succession(): Order {
    const elders = this.elders.map(({ mark, port, branches }) => ({ mark, port, branches }))
    return { kind: 'succeed', elders }
  }

  /** All that run. */
  get processes(): readonly WorkerProcess[] {
    const elders = this.elders.map(({ process }) => process)
    return [this.process, this.successor, ...elders].filter((each) => each !== undefined)
  }

  /** A connection for this worker alone waits until it serves. */
  hold(held: Held): void {
    if (this.away || this.#held.length >= maxWaiting) held.socket.destroy()
    else this.#held.push(held)
  }

  takeHeld(): readonly Held[] {
    const held = this.#held
    this.#held = []
    return held
  }

  /** What comes next, its launch or the end of its time to get ready, takes the place of what was planned. */
  plan(cancel: (() => void) | undefined): void {
    this.#cancelPlan?.()
    this.#cancelPlan = cancel
  }
}

interface Held {
  readonly socket: Socket
  readonly listener: number
}

/** What all workers were asked at once. */
class Question {
  readonly #open: Set<Member>
  readonly #answers: Report[] = []
  readonly #settling = new Settling<readonly Report[]>()

  constructor(asked: readonly Member[]) {
    this.#open = new Set(asked)
    if (asked.length === 0) this.end()
  }

  get answers(): Promise<readonly Report[]> {
    return this.#settling.promise
  }

  answer(member: Member, report: Report): void {
    if (this.#open.has(member)) this.#answers.push(report)
    this.forget(member)
  }

  /** It will not answer any more. */
  forget(member: Member): void {
    this.#open.delete(member)
    if (this.#open.size === 0) this.end()
  }

  end(): void {
    this.#settling.resolve(this.#answers)
  }
}

/** A promise that others settle; nobody need wait for it. */
class Settling<Value> {
  readonly promise: Promise<Value>
  resolve!: (value: Value) => void
  reject!: (error: Error) => void

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.promise.catch(() => undefined)
  }
}
