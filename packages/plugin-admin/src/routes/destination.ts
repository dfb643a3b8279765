/** A destination and a set as the API shows them. */
import { type Destination, type DestinationSet } from '@sipwright/plugin-dispatcher'
import { z } from 'zod'
import { type Times } from '../times.js'
import { type DestinationLoad } from '../worker-loads.js'

const count = z.number().int()

const healthState = z.enum(['active', 'trying', 'inactive', 'busy'])
const adminState = z.enum(['ready', 'drain', 'maintenance', 'disabled'])

export const destinationSchema = z
  .object({
    set: z.string(),
    id: z.string(),
    uri: z.string(),
    state: z
      .enum(['active', 'trying', 'inactive', 'busy', 'drain', 'maintenance', 'disabled'])
      .describe("The operator's word, if it is not ready; else its health."),
    reason: z.string().describe('What brought it into its state.'),
    since: z.iso.datetime(),
    usable: z.boolean().describe('It may get new requests.'),
    full: z.boolean().describe('It may have no further call.'),
    letters: z.string().describe("Kamailio's: AP, TX, IP, DX."),
    health: z.object({
      state: healthState,
      reason: z.string(),
      since: z.iso.datetime(),
      percent: z.number().describe('Of its weight, what it says it can bear.'),
      history: z.array(z.object({ state: healthState, reason: z.string(), at: z.iso.datetime() })),
    }),
    admin: z.object({
      state: adminState,
      reason: z.string(),
      who: z.string().nullable(),
      since: z.iso.datetime(),
    }),
    priority: z.number().int(),
    weight: z.number(),
    weightEffective: z.number().describe('Less while it starts slowly, or bears less.'),
    overflow: z.boolean(),
    flags: count,
    attrs: z.record(z.string(), z.string()),
    caps: z
      .object({ calls: count, pending: count, callsPerSecond: z.number() })
      .describe('0: any number.'),
    load: z.object({ calls: count, pending: count }).describe('In all workers.'),
    counters: z
      .object({
        selected: count,
        attempts: count,
        failedByResponse: count,
        failedByNoResponse: count,
        failedByTransport: count,
        lastStatus: count.describe('0: none yet.'),
      })
      .describe('Since the start, in all workers.'),
    latency: z
      .object({
        averageMs: z.number(),
        estimateMs: z.number(),
        deviationMs: z.number(),
        maxMs: z.number(),
        samples: count,
        timeouts: count,
      })
      .describe('Of probes.'),
    probe: z.object({
      method: z.string(),
      intervalMs: z.number(),
      timeoutMs: z.number(),
      threshold: count,
      recover: count,
    }),
    edited: z.boolean().describe('It is not as the sources say: something was said at run time.'),
  })
  .meta({ id: 'Destination' })

export const setSchema = z
  .object({
    id: z.string(),
    algorithm: z.string(),
    panics: z.boolean().describe('So few are well that health is ignored.'),
    counts: z.object({
      total: count,
      usable: count,
      health: z.record(healthState, count),
      admin: z.record(adminState, count),
    }),
    destinations: z.array(destinationSchema),
  })
  .meta({ id: 'DestinationSet' })

/** What is needed besides the destination. */
export interface Shown {
  readonly times: Times
  readonly loadOf: (destination: Destination) => DestinationLoad
  readonly isEdited: (destination: Destination) => boolean
}

export function shownSet(set: DestinationSet, shown: Shown): z.output<typeof setSchema> {
  const { total, usable, health, admin } = set.counts()
  return {
    id: set.id,
    algorithm: set.algorithm.name,
    panics: set.panics,
    counts: { total, usable, health: { ...health }, admin: { ...admin } },
    destinations: set.destinations.map((each) => shownDestination(each, shown)),
  }
}

export function shownDestination(
  destination: Destination,
  { times, loadOf, isEdited }: Shown,
): z.output<typeof destinationSchema> {
  const { setId, id, uri, health, latency, probe, counters } = destination
  const { adminWord } = destination.state
  const { calls, pending, ...counted } = loadOf(destination)
  const word = adminWord.state === 'ready' ? undefined : adminWord
  return {
    ...{ set: setId, id, uri },
    state: word === undefined ? health.state : (word.state as 'drain'),
    reason: word?.reason ?? health.reason,
    since: times.date(word?.since ?? health.since),
    usable: destination.usable,
    full: destination.isFull,
    letters: destination.letters,
    health: {
      state: health.state,
      reason: health.reason,
      since: times.date(health.since),
      percent: health.percent,
      history: health.history.map(({ state, reason, at }) => ({
        ...{ state, reason, at: times.date(at) },
      })),
    },
    admin: {
      state: adminWord.state,
      reason: adminWord.reason,
      who: adminWord.who ?? null,
      since: times.date(adminWord.since),
    },
    priority: destination.priority,
    weight: destination.weight,
    weightEffective: destination.effectiveWeight,
    overflow: destination.overflow,
    flags: destination.flags,
    attrs: Object.fromEntries(destination.attrs),
    caps: {
      calls: destination.maxLoad,
      pending: destination.maxPending,
      callsPerSecond: destination.maxCallsPerSecond,
    },
    load: { calls, pending },
    counters: { ...counted, lastStatus: counters.lastStatus },
    latency: {
      averageMs: rounded(latency.average),
      estimateMs: rounded(latency.estimate),
      deviationMs: rounded(latency.deviation),
      maxMs: rounded(latency.max),
      samples: latency.samples,
      timeouts: latency.timeouts,
    },
    probe: {
      method: probe.method,
      intervalMs: probe.intervalMs,
      timeoutMs: probe.timeoutMs,
      threshold: probe.threshold,
      recover: probe.recover,
    },
    edited: isEdited(destination),
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
