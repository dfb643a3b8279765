/** Writes lb.yaml, the configuration of sample-lb. */
import { Document } from 'yaml'
import { duration } from './durations.js'
import { type Edge, type EdgeListener } from './edge.js'

/** The text of the file. */
export function lbFile(edge: Edge): string {
  const document = new Document(valuesOf(edge))
  document.commentBefore =
    ' Made by `sipwright import kamailio`; MIGRATION.md says where each value comes from.\n' +
    ' node apps/sample-lb/dist/main.js --config lb.yaml --check'
  return document.toString({ lineWidth: 110 })
}

function valuesOf(edge: Edge): object {
  const { failover, ringMs, maxConnections, logLevel } = edge
  return defined({
    listen: edge.listen.map(listenerOf),
    dispatcher: dispatcherOf(edge),
    failover: {
      on: failover.on,
      noResponse: duration(failover.noResponseMs),
      maxAttempts: failover.maxAttempts,
      noDestination: failover.noDestination,
    },
    route: edge.route.map(({ methods, user, set }) =>
      defined({ user, methods: methods && [...methods], set: idOf(set) }),
    ),
    timers: ringMs === undefined ? undefined : { ringTimeout: duration(ringMs) },
    limits: maxConnections === undefined ? undefined : { connections: maxConnections },
    log: { level: logLevel },
  })
}

function listenerOf({ transport, address, port, advertise }: EdgeListener): string | object {
  const host = address.includes(':') ? `[${address}]` : address
  const bind = `${transport}:${host}:${port}`
  return advertise === undefined ? bind : { bind, advertise }
}

function dispatcherOf({ sets, source, probe, strict, maxDurationMs, ejection }: Edge): object {
  return defined({
    sets: Object.fromEntries(sets),
    source:
      source === undefined
        ? undefined
        : defined({
            ...(source.kind === 'file'
              ? { file: 'dispatcher.list' }
              : { sql: { url: source.url, table: source.table } }),
            strict: strict ? true : undefined,
          }),
    probe:
      probe === undefined
        ? undefined
        : {
            method: probe.method,
            interval: probe.intervalMs === 0 ? 0 : duration(probe.intervalMs),
            timeout: duration(probe.timeoutMs),
            threshold: probe.threshold,
            recover: probe.recover,
            replyCodes: probe.replyCodes,
            mode: probe.mode,
            from: probe.from,
          },
    health: ejection && { ejection: { ...ejection, probeEnds: true } },
    load: maxDurationMs === undefined ? undefined : { maxDuration: duration(maxDurationMs) },
  })
}

function idOf(set: string): number | string {
  return /^(?:0|[1-9]\d{0,8})$/.test(set) ? Number(set) : set
}

function defined(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
