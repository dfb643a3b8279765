/** The dispatcher's share of the configuration, as the plugin takes it. */
import { resolve } from 'node:path'
import { type DispatcherInput } from '@sipwright/plugin-dispatcher'
import { type Config } from './check.js'

type Destination = Config['dispatcher']['sets'][string]['destinations'][number]
type OwnProbe = NonNullable<Extract<Destination, { probe?: unknown }>['probe']>

/** Durations in milliseconds under the plugin's names, paths made absolute. */
export function dispatcherOptions({ dispatcher, directory }: Config): DispatcherInput {
  const { sets, source, probe, load, retryBudget } = dispatcher
  const { interval, timeout, ...rest } = probe
  const { maxDuration, journal, ...counting } = load
  return {
    sets: Object.fromEntries(
      Object.entries(sets).map(([id, { destinations, ...set }]) => [
        id,
        { ...set, destinations: destinations.map(destinationOptions) },
      ]),
    ),
    ...(source && { source: { ...source, file: resolve(directory, source.file) } }),
    probe: { ...rest, intervalMs: interval, timeoutMs: timeout },
    load: {
      ...counting,
      maxDurationMs: maxDuration,
      ...(journal !== undefined && { journal: resolve(directory, journal) }),
    },
    retryBudget,
  }
}

function destinationOptions(destination: Destination) {
  if (!('probe' in destination) || destination.probe === undefined) {
    return { ...destination, probe: undefined }
  }
  return { ...destination, probe: probeOptions(destination.probe) }
}

function probeOptions({ interval, timeout, ...rest }: OwnProbe) {
  return { ...rest, intervalMs: interval, timeoutMs: timeout }
}
