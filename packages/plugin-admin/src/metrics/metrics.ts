/** All that `/metrics` tells of one worker, read when somebody asks. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { type Host } from '@sipwright/framework'
import { type AuthEvents } from '@sipwright/plugin-auth'
import { type Destination, Dispatcher } from '@sipwright/plugin-dispatcher'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { type Family, type Merge, type Sample } from './family.js'
import { Histogram } from './histogram.js'
import { type CallTotals, Traffic } from './traffic.js'
import { udpDrops } from './udp-drops.js'

/** How exactly the delay of the event loop is measured. Milliseconds. */
const resolutionMs = 20

/** Seconds. */
const handlerBounds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

const states = [
  ...(['active', 'trying', 'inactive', 'busy'] as const),
  ...(['drain', 'maintenance', 'disabled'] as const),
]

export class Metrics {
  readonly #host: Host
  readonly #version: string
  readonly #traffic = new Traffic()
  readonly #handlers = new Map<string, Histogram>()
  readonly #delay: IntervalHistogram
  /** By what they were: right, or what was wrong with them. */
  readonly #auth = new Map<string, number>()

  constructor(host: Host, version: string) {
    this.#host = host
    this.#version = version
    this.#delay = monitorEventLoopDelay({ resolution: resolutionMs })
    this.#delay.enable()
    this.#traffic.watch(host)
    host.onHandler((handler, elapsedMs) => {
      let histogram = this.#handlers.get(handler)
      if (histogram === undefined) {
        histogram = new Histogram(handlerBounds)
        this.#handlers.set(handler, histogram)
      }
      histogram.observe(elapsedMs / 1_000)
    })
  }

  /** What became of credentials, from now on. */
  watchAuth(events: AuthEvents): void {
    events.onSuccess(() => this.#auth.set('right', (this.#auth.get('right') ?? 0) + 1))
    events.onFailure(({ fault }) => this.#auth.set(fault, (this.#auth.get(fault) ?? 0) + 1))
  }

  /** What became of calls since the start, in this worker. */
  totals(): CallTotals {
    return this.#traffic.totals()
  }

  close(): void {
    this.#delay.disable()
  }

  /** `keepDelay`: the next scrape tells the delay of the event loop as if this one had not been. */
  families({ keepDelay = false }: { readonly keepDelay?: boolean } = {}): readonly Family[] {
    const dispatcher = this.#host.find(Dispatcher)
    const limits = this.#host.find(RateLimits)
    return [
      ...this.#traffic.families(),
      ...this.#framework(),
      ...(dispatcher === undefined ? [] : dispatcherFamilies(dispatcher)),
      ...(limits === undefined ? [] : limitFamilies(limits)),
      counter('auth_total', 'Requests with credentials for us, by what became of them.', [
        ...[...this.#auth].map(([result, value]) => ({ labels: { result }, value })),
      ]),
      ...this.#process(keepDelay),
    ]
  }

  #framework(): readonly Family[] {
    const figures = this.#host.figures()
    const { counters, serverTransactions, clientTransactions } = figures
    const total = (name: string, help: string, key: string): Family =>
      counter(name, help, [{ labels: {}, value: counters[key] ?? 0 }])
    return [
      gauge('transactions', 'Transactions that are alive.', 'sum', [
        { labels: { type: 'server' }, value: serverTransactions },
        { labels: { type: 'client' }, value: clientTransactions },
      ]),
      counter('retransmissions_total', 'Messages once more: sent by timers, or come again.', [
        { labels: { kind: 'request_sent' }, value: counters['requestsResent'] ?? 0 },
        { labels: { kind: 'response_sent' }, value: counters['responsesResent'] ?? 0 },
        { labels: { kind: 'request_received' }, value: counters['requestsRepeated'] ?? 0 },
      ]),
      counter('parse_errors_total', 'Messages that could not be read.', [
        { labels: { reason: 'malformed' }, value: counters['malformed'] ?? 0 },
      ]),
      total('messages_received_total', 'Messages that came, of any kind.', 'messagesReceived'),
      total('dropped_total', 'Messages that a plugin wanted no more of.', 'dropped'),
      total('refused_total', 'Requests refused without a transaction.', 'refused'),
      total('refusals_unsent_total', 'Refusals that a network was not sent.', 'unsentRefusals'),
      total('stray_responses_total', 'Responses of no transaction.', 'strayResponses'),
      total('unreachable_total', 'Times that a hop could not be reached.', 'unreachable'),
      total('overloaded_total', 'Requests beyond the limit of transactions.', 'overloaded'),
      total('handler_errors_total', 'Our own errors, each in the log.', 'faults'),
      {
        ...{ name: 'handler_duration_seconds', type: 'histogram', merge: 'sum' },
        help: 'How long handlers of routes took to decide.',
        samples: [...this.#handlers].flatMap(([handler, each]) => each.samples({ handler })),
      },
      ...figures.plugins.map(({ name, help, values }) =>
        counter(
          `${name}_total`,
          help,
          Object.entries(values).map(([result, value]) => ({ labels: { result }, value })),
        ),
      ),
      {
        ...counter('udp_recv_errors_total', 'Datagrams that the kernel dropped.', []),
        merge: 'max',
        samples: udpDrops(figures.listeners).map(({ listener, drops }) => ({
          labels: { listener: `${listener.address}:${listener.port}` },
          value: drops,
        })),
      },
    ]
  }

  #process(keepDelay: boolean): readonly Family[] {
    const worker = this.#host.workers.index
    const delay = this.#delay
    // Nanoseconds; the measure counts its own resolution.
    const seconds = (nanoseconds: number): number =>
      Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3) || 0
    const quantiles = [0.5, 0.9, 0.99, 1].map((quantile) => ({
      labels: { worker, quantile },
      value: seconds(quantile === 1 ? delay.max : delay.percentile(quantile * 100)),
    }))
    if (!keepDelay) delay.reset()
    const { rss } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    return [
      {
        ...{ name: 'eventloop_delay_seconds', type: 'summary', merge: 'sum' },
        help: 'How late the event loop was, since the last scrape.',
        samples: quantiles,
      },
      gauge('process_resident_bytes', 'Memory of the process.', 'sum', [
        { labels: { worker }, value: rss },
      ]),
      counter('process_cpu_seconds_total', 'CPU time of the process.', [
        { labels: { worker }, value: (user + system) / 1e6 },
      ]),
      gauge('build_info', 'What runs here.', 'own', [
        { labels: { version: this.#version, node_version: process.versions.node }, value: 1 },
      ]),
    ]
  }
}

function dispatcherFamilies(dispatcher: Dispatcher): readonly Family[] {
  const sets = dispatcher.sets()
  const destinations = sets.flatMap((set) => set.destinations)
  const each = (value: (of: Destination) => number): Sample[] =>
    destinations.map((of) => ({ labels: labelsOf(of), value: value(of) }))
  return [
    gauge('calls', 'Calls in progress.', 'sum', [
      ...destinations.flatMap((of): Sample[] => {
        const { calls, pending } = of.load
        return [
          { labels: { ...labelsOf(of), phase: 'pending' }, value: pending },
          { labels: { ...labelsOf(of), phase: 'up' }, value: Math.max(0, calls - pending) },
        ]
      }),
    ]),
    gauge('dispatcher_destination_state', 'Which state it is in: 1, the others 0.', 'own', [
      ...destinations.flatMap((of) => {
        const { admin, health } = of.state
        const is = admin === 'ready' ? health.state : admin
        return states.map((state) => ({
          labels: { ...labelsOf(of), state },
          value: state === is ? 1 : 0,
        }))
      }),
    ]),
    gauge(
      'dispatcher_destination_usable',
      'Whether it may get new requests.',
      'own',
      each(({ usable }) => (usable ? 1 : 0)),
    ),
    gauge(
      'dispatcher_destination_load',
      'Calls in progress on it.',
      'sum',
      each(({ load }) => load.calls),
    ),
    gauge(
      'dispatcher_destination_capacity',
      'Calls that it may have at once; 0: any number.',
      'own',
      each(({ maxLoad }) => maxLoad),
    ),
    gauge(
      'dispatcher_destination_weight_effective',
      'Its weight, less while it starts slowly or bears less.',
      'own',
      each(({ effectiveWeight }) => effectiveWeight),
    ),
    counter('dispatcher_selected_total', 'Times it was the first choice.', [
      ...sets.flatMap((set) =>
        set.destinations.map((of) => ({
          labels: { ...labelsOf(of), algorithm: set.algorithm.name },
          value: of.counters.selected,
        })),
      ),
    ]),
    counter(
      'dispatcher_attempts_total',
      'Times it was tried.',
      each(({ counters }) => counters.attempts),
    ),
    counter('dispatcher_failures_total', 'Attempts that failed, by why.', [
      ...destinations.flatMap((of): Sample[] => {
        const { failedByResponse, failedByNoResponse, failedByTransport } = of.counters
        return [
          { labels: { ...labelsOf(of), cause: 'response' }, value: failedByResponse },
          { labels: { ...labelsOf(of), cause: 'no-response' }, value: failedByNoResponse },
          { labels: { ...labelsOf(of), cause: 'transport-error' }, value: failedByTransport },
        ]
      }),
    ]),
    counter('dispatcher_no_destination_total', 'Requests that found no usable destination.', [
      ...sets.map(({ id, tally }) => ({ labels: { set: id }, value: tally.unserved })),
    ]),
    gauge('dispatcher_panic', 'So few are well that health is ignored.', 'own', [
      ...sets.map(({ id, panics }) => ({ labels: { set: id }, value: panics ? 1 : 0 })),
    ]),
    {
      ...{ name: 'probe_duration_seconds', type: 'summary', merge: 'sum' },
      help: 'How long a destination took to answer probes.',
      samples: destinations.flatMap((of): Sample[] => {
        const labels = { ...labelsOf(of), kind: 'sip' }
        return [
          { suffix: '_sum', labels, value: of.latency.totalMs / 1_000 },
          { suffix: '_count', labels, value: of.latency.count },
        ]
      }),
    },
    counter('probe_total', 'What probes have found.', [
      ...destinations.flatMap((of) =>
        [...of.counters.probes].flatMap(([kind, counts]) =>
          Object.entries(counts).map(([result, value]) => ({
            labels: { ...labelsOf(of), kind, result },
            value,
          })),
        ),
      ),
    ]),
    counter('calls_expired_total', 'Calls whose end nobody saw.', [
      { labels: {}, value: dispatcher.leases.expired },
    ]),
    counter('calls_uncounted_total', 'Calls that were not counted: too many.', [
      { labels: {}, value: dispatcher.leases.uncounted },
    ]),
    gauge('config_revision', 'Names what the sets are: equal for equal sets.', 'own', [
      { labels: {}, value: Number.parseInt(dispatcher.revision, 16) },
    ]),
    gauge('source_up', 'Whether a source of destinations can be read.', 'own', [
      ...dispatcher
        .sources()
        .map(({ name, state }) => ({ labels: { source: name }, value: state === 'ok' ? 1 : 0 })),
    ]),
  ]
}

function limitFamilies(limits: RateLimits): readonly Family[] {
  const { banned, scanners, floods, bruteForce } = limits.counters
  return [
    counter('ratelimit_dropped_total', 'Messages kept out, by what.', [
      { labels: { limiter: 'ban' }, value: banned },
      { labels: { limiter: 'scanner' }, value: scanners },
      ...limits.limits().map(({ per, exceeded }, index) => ({
        labels: { limiter: `${per}-${index + 1}` },
        value: exceeded,
      })),
    ]),
    gauge('bans', 'Sources that are banned.', 'own', [
      { labels: {}, value: limits.bans.list().length },
    ]),
    counter('bans_total', 'Bans, by what found the source.', [
      { labels: { reason: 'flood' }, value: floods },
      { labels: { reason: 'brute-force' }, value: bruteForce },
    ]),
  ]
}

function labelsOf({ setId, id }: Destination): {
  readonly set: string
  readonly destination: string
} {
  return { set: setId, destination: id }
}

function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, type: 'counter', help, merge: 'sum', samples }
}

function gauge(name: string, help: string, merge: Merge, samples: readonly Sample[]): Family {
  return { name, type: 'gauge', help, merge, samples }
}
