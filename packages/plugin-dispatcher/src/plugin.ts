/** The dispatcher as a plugin: what it hooks into, and nothing else. */
import { definePlugin, type Host } from '@sipwright/framework'
import { dispatcherConfig, type DispatcherConfig } from './config.js'
import { Dispatcher } from './dispatcher.js'
import { Checker } from './health/checker.js'
import { Prober } from './health/probe.js'
import { ResponseTimes } from './health/response-times.js'
import { SharedHealth } from './health/shared-health.js'
import { Senders } from './senders.js'
import { Journal } from './load/journal.js'
import { OverloadFeedback } from './load/overload-feedback.js'
import { RetryBudget } from './load/retry-budget.js'
import { SharedCalls } from './load/shared-calls.js'
import { SharedEdits } from './source/shared-edits.js'
import { type SetsSource, Sources } from './source/sources.js'

/** Destination sets, failover order and health of backends: `dispatcher({ sets: { 1: { destinations: […] } } })`. */
export const dispatcher = definePlugin({
  name: 'dispatcher',
  config: dispatcherConfig,
  async setup(host, config) {
    const { chance, clock, log, workers } = host
    const senders = new Senders(host)
    senders.onChange(
      host.addZones((address, at) => (senders.isAt(address, at) ? 'inside' : undefined)),
    )
    const responseTimes = new ResponseTimes()
    const overloadFeedback = new OverloadFeedback()
    const sourceOf = (given: DispatcherConfig): SetsSource => new Sources(given, host)
    const journal = await openJournal(config.load.journal, host)
    const sharedCalls = new SharedCalls(workers)
    const retryBudget = config.retryBudget && new RetryBudget(config.retryBudget)
    const service = new Dispatcher({
      config,
      sourceOf,
      log,
      clock,
      chance,
      timeResponses: () => responseTimes.begin(host),
      hearOverload: () => overloadFeedback.begin(host),
      counting: {
        ...config.load,
        secret: host.secretFor('dispatcher: marks of destinations'),
        observer: sharedCalls.observing(journal),
      },
      retryBudget,
      share: workers,
      senders,
      callNews: sharedCalls,
      offset: workers.index / workers.count,
      changed: (destination, reason) => shared.changed(destination, reason),
      edited: (edits) => sharedEdits.said(edits),
      pauseProbes: (paused) => {
        prober.paused = paused
        checker.paused = paused
      },
      probeNow: async (destination) => [
        await prober.now(destination),
        ...(await checker.now(destination)),
      ],
    })
    const sharedEdits = new SharedEdits(workers, service)
    const shared = new SharedHealth(workers, service, clock)
    const prober = new Prober(host, config.probe.mode, (destination, finding) =>
      service.found(destination, finding),
    )
    const checker = new Checker(host, (destination, finding) => service.found(destination, finding))
    service.onReload(() => {
      const destinations = service.sets().flatMap((set) => set.destinations)
      prober.watch(destinations, service.probe.mode)
      checker.watch(destinations)
    })
    const startProbing = (): void => {
      prober.start()
      checker.start()
    }
    await service.reload()
    service.onReload(() => shared.catchUp())
    host.provide(Dispatcher, service)

    const { calls, leases } = service
    await journal?.begin(leases)
    if (workers.several) sharedCalls.hear(leases)
    host.onForward((ctx) => calls.forwarded(ctx))
    host.onFailure((ctx) => {
      service.attemptFailed(ctx)
      calls.failed(ctx)
    })
    host.onReply((ctx) => {
      service.replied(ctx)
      calls.replied(ctx)
    })
    host.onDone((ctx) => calls.done(ctx))
    if (retryBudget !== undefined) {
      host.onForward((ctx) => retryBudget.forwarded(ctx))
      host.onFailure((ctx) => retryBudget.failed(ctx))
      host.onDone((ctx) => retryBudget.done(ctx))
    }
    host.onReady(() => {
      sharedEdits.catchUp()
      shared.catchUp()
      senders.start()
      if (workers.leads) startProbing()
      service.watch()
    })
    workers.onLead(startProbing)
    host.onReload(async () => {
      await service.reload()
    })
    host.onClose(async () => {
      senders.stop()
      prober.stop()
      checker.stop()
      await service.close()
      leases.close()
      await journal?.close()
    })
  },
})

async function openJournal(
  file: string | undefined,
  { clock, log, workers }: Host,
): Promise<Journal | undefined> {
  if (file === undefined) return undefined
  const own = workers.count === 1 ? file : `${file}.${workers.index}`
  return Journal.open(own, { clock, log })
}
