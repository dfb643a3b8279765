/** The dispatcher as a plugin: what it hooks into, and nothing else. */
import { definePlugin } from '@sipwright/framework'
import { dispatcherConfig } from './config.js'
import { Dispatcher } from './dispatcher.js'
import { Prober } from './health/probe.js'
import { SharedHealth } from './health/shared-health.js'
import { Senders } from './senders.js'
import { loadSets } from './source/load-sets.js'

/** Destination sets, failover order and health of backends: `dispatcher({ sets: { 1: { destinations: […] } } })`. */
export const dispatcher = definePlugin({
  name: 'dispatcher',
  config: dispatcherConfig,
  async setup(host, config) {
    const { chance, clock, log, workers } = host
    const senders = new Senders(host)
    const service = new Dispatcher({
      load: () => loadSets(config),
      log,
      clock,
      chance,
      probe: config.probe,
      maxRetries: config.maxRetries,
      counting: { ...config.load, secret: host.secretFor('dispatcher: marks of destinations') },
      share: workers,
      senders,
      offset: workers.index / workers.count,
      changed: (destination, reason) => shared.changed(destination, reason),
    })
    const shared = new SharedHealth(workers, service)
    const prober = new Prober(host, config.probe.mode, (destination, succeeded, reason) =>
      service.probed(destination, succeeded, reason),
    )
    service.onReload(() =>
      prober.watch(
        service.sets().flatMap(({ destinations }) => destinations),
        service.probe.mode,
      ),
    )
    await service.reload()
    service.onReload(() => shared.catchUp())
    host.provide(Dispatcher, service)

    const { calls, leases } = service
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
    host.onReady(() => {
      shared.catchUp()
      senders.start()
      if (workers.leads) prober.start()
    })
    workers.onLead(() => prober.start())
    host.onReload(() => service.reload())
    host.onClose(() => {
      senders.stop()
      prober.stop()
      leases.close()
    })
  },
})
