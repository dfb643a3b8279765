/** What a probe besides SIP is, and `defineProbe` for one's own. */
import { type Destination } from '../destination.js'

export interface ProbeResult {
  /** `failed` counts up to the destination's `threshold`; `down` and `busy` are its own word and hold at once. */
  readonly state: 'up' | 'failed' | 'busy' | 'down'
  /** For people: it stands in logs, events and explanations. */
  readonly reason: string
  /** Of its weight, the part that it can bear now, 0 to 100. Default 100. */
  readonly percent?: number | undefined
}

export interface Probe {
  /** Stands before the reason, and tells its results from those of others. */
  readonly name: string
  /** Asks once. A rejection, or no result until the signal fires, is a failure. */
  run(destination: Destination, signal: AbortSignal): Promise<ProbeResult>
}

const probes = new WeakSet<object>()

/**
 * Makes a probe for `probe.own`: `defineProbe('tcp-connect', { run: async (destination, signal) => … })`. It runs for each
 * endpoint, one at a time, and what it finds is combined with what SIP says: the worst holds.
 */
export function defineProbe(name: string, { run }: Pick<Probe, 'run'>): Probe {
  const probe = { name, run }
  probes.add(probe)
  return probe
}

export function isProbe(value: unknown): value is Probe {
  return typeof value === 'object' && value !== null && probes.has(value)
}
