/** `--config`: the balancer of a file, until a signal ends it. */
import { SipError } from '@sipwright/framework'
import { Balancer } from './balancer.js'
import { type Fault, formatFault } from './config/fault.js'
import { faultOfListen } from './config/listen-fault.js'
import { loadConfig } from './config/load.js'
import { interruptions } from './interruption.js'
import { openLog, type ProcessLog } from './log.js'

/** A call in progress holds the process for so long at most. */
const drainLimitMs = 30_000

/** Runs until it is ended; the exit status. */
export async function serve(command: {
  readonly config: string
  readonly overrides: readonly string[]
}): Promise<number> {
  const loaded = loadConfig(command.config, command.overrides)
  if (loaded.kind === 'faults') return refuse(loaded.faults)
  const log = openLog(loaded.config.log, 1)
  const interruption = interruptions()
  let balancer: Balancer
  try {
    balancer = await Balancer.start(loaded.config, log)
  } catch (error) {
    if (!(error instanceof SipError) || error.code !== 'SIPW_ERR_LISTEN') throw error
    return refuse([faultOfListen(error, loaded.config, loaded.file)])
  }
  const reload = (): void => void reloadFrom(command, balancer, log)
  process.on('SIGHUP', reload)
  log.ready(balancer.listeners)

  const signal = await interruption.first
  log.info({ signal, calls: balancer.callsInProgress }, 'ending: new calls are refused')
  await Promise.race([balancer.drain(drainLimitMs), interruption.second])
  process.off('SIGHUP', reload)
  await balancer.close()
  log.info({ calls: balancer.callsInProgress }, 'ended')
  log.flush()
  return 0
}

/** SIGHUP: the file is read again; what is wrong with it is told, and the old state stays. */
async function reloadFrom(
  { config: path, overrides }: { readonly config: string; readonly overrides: readonly string[] },
  balancer: Balancer,
  log: ProcessLog,
): Promise<void> {
  const loaded = loadConfig(path, overrides)
  if (loaded.kind === 'faults') {
    for (const fault of loaded.faults) log.error({ fault: formatFault(fault) }, 'reload refused')
    return
  }
  try {
    await balancer.reload(loaded.config)
    log.info({ config: path }, 'reloaded')
  } catch (error) {
    log.error({ err: error }, 'reload refused')
  }
}

function refuse(faults: readonly Fault[]): 2 {
  process.stderr.write(faults.map((fault) => `${formatFault(fault)}\n`).join(''))
  return 2
}
