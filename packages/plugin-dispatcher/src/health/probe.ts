/**
 * Asks every endpoint at its interval whether it lives: one probe per URI however many sets name it, never two
 * outstanding, spread over the interval.
 */
import {
  type Chance,
  type Clock,
  isSipUri,
  type OutgoingRequest,
  type OutgoingResult,
  parseUri,
} from '@sipwright/framework'
import { type ProbeConfig } from '../config.js'
import { flagBits, type Destination, type ProbePolicy } from '../destination.js'
import { type Finding, sipFinding } from './finding.js'
import { sipSignal } from './health.js'
import { retryAfterMs } from './retry-after.js'
import { type HealthState } from './signal.js'

/** What the prober is lent: the host of a plugin fits. */
export interface ProbeHost {
  readonly clock: Clock
  readonly chance: Chance
  send(request: OutgoingRequest, done: (result: OutgoingResult) => void): void
}

/** Called for each destination of the endpoint that was probed. */
export type ProbeReport = (destination: Destination, finding: Finding) => void

export class Prober {
  readonly #host: ProbeHost
  #mode: ProbeConfig['mode']
  readonly #report: ProbeReport
  readonly #endpoints = new Map<string, Endpoint>()
  /** Nobody is asked in turn meanwhile; `now` asks all the same. */
  paused = false
  #started = false

  constructor(host: ProbeHost, mode: ProbeConfig['mode'], report: ProbeReport) {
    this.#host = host
    this.#mode = mode
    this.#report = report
  }

  /** From now on these are all destinations there are. Endpoints that stay keep their time. */
  watch(destinations: Iterable<Destination>, mode = this.#mode): void {
    this.#mode = mode
    const byUri = new Map<string, Destination[]>()
    for (const destination of destinations) {
      if (!this.#mayProbe(destination)) continue
      const others = byUri.get(destination.uri)
      if (others === undefined) byUri.set(destination.uri, [destination])
      else others.push(destination)
    }
    for (const [uri, endpoint] of this.#endpoints) {
      const now = byUri.get(uri)
      if (now !== undefined && endpoint.policy.intervalMs === shortest(now).intervalMs) {
        endpoint.destinations = now
        endpoint.policy = shortest(now)
        byUri.delete(uri)
      } else {
        endpoint.stop()
        this.#endpoints.delete(uri)
      }
    }
    const added = [...byUri].map(([uri, each]) => new Endpoint(uri, each))
    for (const endpoint of added) this.#endpoints.set(endpoint.uri, endpoint)
    if (this.#started) this.#startAll(added)
  }

  /** Listeners are bound: begin. */
  start(): void {
    if (this.#started) return
    this.#started = true
    this.#startAll([...this.#endpoints.values()])
  }

  stop(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.stop()
    this.#endpoints.clear()
    this.#started = false
  }

  /** Asks one destination out of its turn, whether it is probed or not, and reports for all of the same URI. */
  now(destination: Destination): Promise<Finding> {
    const { uri, probe } = destination
    const { method, from, timeoutMs, headers } = probe
    return new Promise((resolve) => {
      const request = { method, uri, from, timeoutMs, headers: filledIn(headers, uri) }
      this.#host.send(request, (result) => {
        const others = this.#endpoints.get(uri)?.destinations ?? []
        for (const each of new Set([destination, ...others])) {
          this.#answered(each, result, timeoutMs)
        }
        resolve(findingOf(destination, result, timeoutMs))
      })
    })
  }

  /** Each gets a slot of its own within its interval, and a place by chance in that slot: no two instances beat together. */
  #startAll(endpoints: readonly Endpoint[]): void {
    const { clock, chance } = this.#host
    endpoints.forEach((endpoint, index) => {
      const part = (index + chance.random()) / endpoints.length
      endpoint.dueAt = clock.now() + part * endpoint.policy.intervalMs
      this.#arm(endpoint)
    })
  }

  #arm(endpoint: Endpoint): void {
    const { clock } = this.#host
    endpoint.disarm = clock.after(Math.max(0, endpoint.dueAt - clock.now()), () => {
      endpoint.roundAt = endpoint.dueAt
      endpoint.dueAt = nextRound(endpoint, clock.now())
      this.#arm(endpoint)
      this.#probe(endpoint)
    })
  }

  /** What was found may have changed how often it is asked. */
  #adjust(endpoint: Endpoint): void {
    if (endpoint.destinations.length === 0) return
    const dueAt = nextRound(endpoint, this.#host.clock.now())
    if (dueAt === endpoint.dueAt) return
    endpoint.disarm?.()
    endpoint.dueAt = dueAt
    this.#arm(endpoint)
  }

  #probe(endpoint: Endpoint): void {
    if (this.paused || endpoint.outstanding) return
    if (!endpoint.destinations.some((each) => this.#isDue(each))) return
    const { method, from, timeoutMs, headers } = endpoint.policy
    const { uri } = endpoint
    endpoint.outstanding = true
    this.#host.send({ method, uri, from, timeoutMs, headers: filledIn(headers, uri) }, (result) => {
      endpoint.outstanding = false
      for (const destination of endpoint.destinations) {
        if (this.#isDue(destination)) this.#answered(destination, result, timeoutMs)
      }
      this.#adjust(endpoint)
    })
  }

  #answered(destination: Destination, result: OutgoingResult, timeoutMs: number): void {
    if (result.kind === 'response') destination.latency.sample(result.elapsedMs)
    else if (result.kind === 'timeout') destination.latency.timedOut()
    this.#report(destination, findingOf(destination, result, timeoutMs))
  }

  #mayProbe({ flags, probe }: Destination): boolean {
    if (this.#mode === 'none' || probe.intervalMs === 0) return false
    if ((flags & (flagBits.noProbe | flagBits.noResolve)) !== 0) return false
    return this.#mode === 'all' || (flags & flagBits.probing) !== 0
  }

  #isDue({ state }: Destination): boolean {
    if (state.admin === 'disabled') return false
    return this.#mode !== 'inactive' || !state.health.takesRequests
  }
}

/** One URI that is probed. */
class Endpoint {
  readonly uri: string
  destinations: readonly Destination[]
  /** That of the destination which wants to know soonest. */
  policy: ProbePolicy
  outstanding = false
  dueAt = 0
  /** When its last probe was due. */
  roundAt = 0
  disarm: (() => void) | undefined = undefined

  constructor(uri: string, destinations: readonly Destination[]) {
    this.uri = uri
    this.destinations = destinations
    this.policy = shortest(destinations)
  }

  /** An answer that is still on its way reaches nobody. */
  stop(): void {
    this.disarm?.()
    this.destinations = []
  }
}

function shortest(destinations: readonly Destination[]): ProbePolicy {
  return destinations
    .map(({ probe }) => probe)
    .reduce((least, probe) => (probe.intervalMs < least.intervalMs ? probe : least))
}

/** The next time from the last one on that lies ahead, by how its destinations are. */
function nextRound({ destinations, roundAt, policy }: Endpoint, now: number): number {
  let intervalMs = destinations.length === 0 ? policy.intervalMs : Infinity
  for (const { probe, health } of destinations) {
    intervalMs = Math.min(intervalMs, intervalOf(probe, health.state))
  }
  return roundAt + intervalMs * Math.max(1, Math.floor((now - roundAt) / intervalMs) + 1)
}

function intervalOf(
  { intervalMs, tryingIntervalMs, downIntervalMs }: ProbePolicy,
  state: HealthState,
): number {
  if (state === 'active') return intervalMs
  return state === 'trying' ? tryingIntervalMs : downIntervalMs
}

/** A timeout here is no response: a listed 408 accepts one that the destination sent, nothing else. */
function findingOf({ probe }: Destination, result: OutgoingResult, timeoutMs: number): Finding {
  switch (result.kind) {
    case 'response': {
      const { response } = result
      const reason = `answered ${response.status}`
      const forMs = retryAfterMs(response, Infinity)
      if (forMs !== undefined) {
        const asked = `${reason} with Retry-After ${forMs / 1_000} s`
        return { signal: sipSignal, state: 'busy', reason: asked, forMs }
      }
      return sipFinding(probe.replyCodes.accepts(response.status) ? 'up' : 'failed', reason)
    }
    case 'timeout':
      return sipFinding('failed', `no answer within ${timeoutMs} ms`)
    case 'transport-error':
      return sipFinding('failed', result.error.message)
  }
}

/** `{uri}`, `{host}` and `{port}` stand for the endpoint's. */
function filledIn(
  headers: Readonly<Record<string, string>>,
  uri: string,
): Readonly<Record<string, string>> {
  const names = Object.keys(headers)
  if (names.length === 0) return headers
  const parsed = parseUri(uri)
  const { host, port } = isSipUri(parsed) ? parsed : { host: '', port: undefined }
  const values = new Map([
    ['uri', uri],
    ['host', host.includes(':') ? `[${host}]` : host],
    ['port', String(port ?? (parsed.scheme === 'sips' ? 5061 : 5060))],
  ])
  return Object.fromEntries(
    names.map((name) => [
      name,
      (headers[name] ?? '').replace(/\{(\w+)\}/g, (whole, key: string) => values.get(key) ?? whole),
    ]),
  )
}
