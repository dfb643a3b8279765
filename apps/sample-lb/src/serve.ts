/** `--config`: the balancer of a file, until a signal ends it. */
import { availableParallelism } from 'node:os'
import { SipError, WatchedText } from '@sipwright/framework'
import { Balancer } from './balancer.js'
import { type Config } from './config/check.js'
import { type Fault, formatFault } from './config/fault.js'
import { warnOfFixed } from './config/fixed-sections.js'
import { faultOfListen } from './config/listen-fault.js'
import { type Loaded, loadConfig, type LoadedConfig } from './config/load.js'
import { interruptions } from './interruption.js'
import { openLog, type ProcessLog } from './log.js'
import { SharedBalancer } from './shared-balancer.js'

/** The file, and what the command line says instead. */
export interface ConfigSource {
  readonly config: string
  readonly overrides: readonly string[]
  /** It is read again when it is written; otherwise only when somebody says so. */
  readonly watch: boolean
}

/** What signals act upon: a balancer in this process, or in several. */
export interface RunningBalancer {
  /** What is bound, as the configuration writes it. */
  readonly listeners: readonly string[]
  /** Undefined when it is not known here. */
  readonly callsInProgress: number | undefined
  /** What was counted since the start, and the transactions that live; undefined when it is not known here. */
  readonly counts: Readonly<Record<string, number>> | undefined
  /** Applies the configuration, or rejects. */
  reload(loaded: LoadedConfig): Promise<void>
  /** Log rotation has moved what it writes to. */
  reopenFiles(): void
  /** New processes with the code on disk take the place of all workers; undefined: there is no supervisor. */
  swapCode?(config: Config): Promise<void>
  /** Turns new requests away and settles when the calls in progress are over, at the latest after `limitMs`. */
  drain(limitMs: number): Promise<void>
  /** False if something had to be forced. */
  close(): Promise<boolean>
}

/** Runs until it is ended; the exit status. */
export async function serve(source: ConfigSource): Promise<number> {
  const loaded = loadConfig(source.config, source.overrides)
  if (loaded.kind === 'faults') return refuse(loaded.faults)
  const watched = new WatchedText(source.config)
  watched.knows(loaded.text)
  const log = openLog(loaded.config.log, 1)
  const interruption = interruptions()
  let balancer: RunningBalancer
  let { config } = loaded
  // One after the other, when it runs: a signal, a file that is written and an operator over HTTP often come together.
  let runs = (): void => undefined
  let changing: Promise<unknown> = new Promise<void>((resolve) => (runs = resolve))
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => {
    const changed = changing.then(change)
    changing = changed.catch(() => undefined)
    return changed
  }
  const reload = (): Promise<boolean> =>
    inTurn(async () => {
      balancer.reopenFiles()
      const read = loadConfig(source.config, source.overrides)
      // Who writes the file and sends a signal has it read once.
      if (read.text !== undefined) watched.knows(read.text)
      const applied = await apply(read, source, balancer, config, log)
      config = applied ?? config
      return applied !== undefined
    })
  // Before it starts: without a listener they end the process, and the first worker obeys operators before the last one serves.
  let isOver = false
  const onHangUp = (): void => {
    if (!isOver) void reload()
  }
  process.on('SIGHUP', onHangUp)
  // After what goes before: a successor must not miss what was read meanwhile.
  process.on('SIGUSR2', () => void inTurn(() => swapCode(balancer, config, log)))
  try {
    balancer = await start(loaded, source, log, reload)
  } catch (error) {
    if (!(error instanceof SipError) || error.code !== 'SIPW_ERR_LISTEN') throw error
    return refuse([faultOfListen(error, loaded.config, loaded.file)])
  }
  runs()
  if (source.watch) watched.watch(onHangUp)
  log.ready(balancer.listeners)

  const signal = await interruption.first
  watched.close()
  log.info({ signal, calls: balancer.callsInProgress }, 'ending: new calls are refused')
  await Promise.race([balancer.drain(config.drain.timeout), interruption.second])
  isOver = true
  const { callsInProgress, counts } = balancer
  const well = await balancer.close()
  log.info({ calls: callsInProgress, counts }, 'ended')
  await log.flush()
  return well ? 0 : 1
}

function start(
  loaded: LoadedConfig,
  source: ConfigSource,
  log: ProcessLog,
  apply: () => Promise<boolean>,
): Promise<RunningBalancer> {
  const { config } = loaded
  const count = config.workers === 'auto' ? availableParallelism() : config.workers
  return count === 1 && !config.supervised
    ? Balancer.start(config, log, { reload: { ...source, path: source.config, apply } })
    : SharedBalancer.start(loaded, source, count, log)
}

/** What is wrong with the file that was read again is told, and the old state stays: undefined. */
async function apply(
  loaded: Loaded,
  { config: path }: ConfigSource,
  balancer: RunningBalancer,
  before: Config,
  log: ProcessLog,
): Promise<Config | undefined> {
  if (loaded.kind === 'faults') {
    for (const fault of loaded.faults) log.error({ fault: formatFault(fault) }, 'reload refused')
    return undefined
  }
  try {
    await balancer.reload(loaded)
    warnOfFixed(before, loaded.config, log)
    log.info({ config: path }, 'reloaded')
    return loaded.config
  } catch (error) {
    log.error({ err: error }, 'reload refused')
    return undefined
  }
}

/** SIGUSR2: calls in progress, and what is being set up, notice nothing. */
async function swapCode(balancer: RunningBalancer, config: Config, log: ProcessLog): Promise<void> {
  if (balancer.swapCode === undefined) {
    log.error({}, 'code is not swapped: one process cannot; it takes workers, or supervised: true')
    return
  }
  try {
    await balancer.swapCode(config)
    log.info({}, 'the code was swapped')
  } catch (error) {
    log.error({ err: error }, 'the code was not swapped')
  }
}

function refuse(faults: readonly Fault[]): 2 {
  process.stderr.write(faults.map((fault) => `${formatFault(fault)}\n`).join(''))
  return 2
}
