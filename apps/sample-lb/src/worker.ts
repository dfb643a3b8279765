/** One of several processes that serve the same calls: `shared-balancer.ts` starts it. */
import { joinWorkers } from '@sipwright/framework'
import { Balancer } from './balancer.js'
import { formatFault } from './config/fault.js'
import { type LoadedConfig, parseConfig } from './config/load.js'
import { openLog } from './log.js'
import { codeTopic, reopenTopic, type WorkerData } from './shared-balancer.js'

/** Asked later, it could be somebody else's: of one that has died, its children become init's. */
const supervisor = process.ppid
const worker = await joinWorkers()
const loaded = configFrom(worker.data)
const log = openLog(loaded.config.log, 1, worker.workers.index)
const { path, overrides } = worker.data as WorkerData
const reload = {
  ...{ path, overrides },
  // The supervisor reads the file, and tells all workers.
  apply: () => Promise.resolve(!process.kill(supervisor, 'SIGHUP')),
}
let { code: state } = worker.data as WorkerData
worker.workers.onTold(codeTopic, (news) => (state = news as WorkerData['code']))
const code = { state: () => state, swap: () => void process.kill(supervisor, 'SIGUSR2') }
const starting = Balancer.start(loaded.config, log, { worker, reload, code })
// Before it serves: orders come from then on.
worker.workers.onTold(reopenTopic, () => void starting.then((balancer) => balancer.reopenFiles()))
worker.onReload(async (data) => (await starting).reload(configFrom(data)))
worker.onStop(async (limitMs) => {
  const balancer = await starting
  await balancer.drain(limitMs)
  const { callsInProgress, counts } = balancer
  await balancer.close()
  log.info({ calls: callsInProgress, counts }, 'ended')
  await log.flush()
})
await starting

/** The supervisor has checked it; only a file that it points to can have become unreadable since. */
function configFrom(data: unknown): LoadedConfig {
  const { path, text, overrides } = data as WorkerData
  const parsed = parseConfig(path, text, overrides)
  if (parsed.kind === 'faults') throw new Error(parsed.faults.map(formatFault).join('; '))
  return parsed
}
