/** The dispatcher's share of the configuration, as the plugin takes it. */
import { resolve } from 'node:path'
import { type DispatcherInput } from '@sipwright/plugin-dispatcher'
import { type Config } from './check.js'
import { databaseUrl } from './database-url.js'
import { secretOf } from './secret.js'

type Source = NonNullable<Config['dispatcher']['source']>
type Destination = Config['dispatcher']['sets'][string]['destinations'][number]
type Probe = Config['dispatcher']['probe']
type OwnProbe = NonNullable<Extract<Destination, { probe?: unknown }>['probe']>

/** Durations in milliseconds under the plugin's names, paths made absolute. */
export function dispatcherOptions({ dispatcher, directory, dns }: Config): DispatcherInput {
  const { sets, source, probe, health, load, retryBudget } = dispatcher
  const { maxDuration, journal, ...counting } = load
  return {
    sets: Object.fromEntries(
      Object.entries(sets).map(([id, { destinations, slowStart, ...set }]) => [
        id,
        { ...set, slowStartMs: slowStart, destinations: destinations.map(destinationOptions) },
      ]),
    ),
    ...(source && { source: sourceOptions(source, directory, dns.servers) }),
    probe: probeOptions(probe),
    health: healthOptions(health),
    load: {
      ...counting,
      maxDurationMs: maxDuration,
      ...(journal !== undefined && { journal: resolve(directory, journal) }),
    },
    retryBudget,
  }
}

function sourceOptions(
  { file, sql, http, dns, ...rest }: Source,
  directory: string,
  servers: readonly string[],
) {
  return {
    ...rest,
    ...(file !== undefined && { file: resolve(directory, file) }),
    ...(sql !== undefined && {
      sql: { url: databaseUrl(sql.url, directory), table: sql.table, pollMs: sql.poll },
    }),
    ...(http !== undefined && {
      http: {
        url: secretOf(http.url, directory),
        pollMs: http.poll,
        timeoutMs: http.timeout,
      },
    }),
    ...(dns !== undefined && { dns: { names: dns, servers: [...servers] } }),
  }
}

function destinationOptions(destination: Destination) {
  if (!('probe' in destination) || destination.probe === undefined) {
    return { ...destination, probe: undefined }
  }
  return { ...destination, probe: probeOptions(destination.probe) }
}

function probeOptions<Given extends Probe | OwnProbe>(given: Given) {
  const { interval, tryingInterval, downInterval, timeout, http, ...rest } = given
  return {
    ...rest,
    intervalMs: interval,
    tryingIntervalMs: tryingInterval,
    downIntervalMs: downInterval,
    timeoutMs: timeout,
    http: http && { url: http.url, intervalMs: http.interval, timeoutMs: http.timeout },
  }
}

function healthOptions(health: Config['dispatcher']['health']) {
  const { retryAfterMax, slowStart, damping, ejection, ...rest } = health
  const { within, hold, ...flaps } = damping
  const { base, max, ...ejecting } = ejection
  return {
    ...rest,
    retryAfterMaxMs: retryAfterMax,
    slowStartMs: slowStart,
    damping: { ...flaps, withinMs: within, holdMs: hold },
    ejection: { ...ejecting, baseMs: base, maxMs: max },
  }
}
