/** Key figures of the last minute, from counts since the start. ASR and NER: ITU-T E.425. */
import type { Stats } from './answers.js'

export interface Figures {
  /** Call attempts that ended, a second. */
  readonly cps: number
  /** Of call attempts, the share that was answered; undefined: there were none. */
  readonly asr: number | undefined
  /** The share that the network did not fail. */
  readonly ner: number | undefined
  /** Until 95 of 100 calls had a first response, in milliseconds; undefined: there were none, or it is beyond all bounds. */
  readonly p95Ms: number | undefined
  /** Final responses to INVITE by status, and their share, most first. */
  readonly mix: readonly { readonly code: string; readonly count: number; readonly share: number }[]
}

/** Samples that one needs to keep: a minute. */
export const figuresSeconds = 60

/** What happened between the first and the last sample. */
export function figuresOf(samples: readonly Stats[]): Figures {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined || first === last) {
    return { cps: 0, asr: undefined, ner: undefined, p95Ms: undefined, mix: [] }
  }
  const results = since(first.results, last.results)
  const responses = since(first.responses, last.responses)
  const total = sum(results)
  const seconds = (Date.parse(last.at) - Date.parse(first.at)) / 1_000
  const share = (count: number): number | undefined => (total === 0 ? undefined : count / total)
  const answers = sum(responses)
  return {
    cps: total / Math.max(1, seconds),
    asr: share(results['answered'] ?? 0),
    ner: share(total - (results['failed'] ?? 0)),
    p95Ms: quantileMs(since(first.firstResponses, last.firstResponses), 0.95),
    mix: Object.entries(responses)
      .filter(([, count]) => count > 0)
      .map(([code, count]) => ({ code, count, share: count / answers }))
      .sort((one, other) => other.count - one.count),
  }
}

/** From the counts of buckets, evenly spread within each: as Prometheus estimates it. */
function quantileMs(byBound: Counts, quantile: number): number | undefined {
  const buckets = Object.entries(byBound)
    .map(([bound, count]) => ({ bound: bound === '+Inf' ? Infinity : Number(bound), count }))
    .sort((one, other) => one.bound - other.bound)
  let rank = sum(byBound) * quantile
  let lower = 0
  for (const { bound, count } of buckets) {
    if (count > 0 && rank <= count) {
      return bound === Infinity ? undefined : 1_000 * (lower + (bound - lower) * (rank / count))
    }
    rank -= count
    lower = bound
  }
  return undefined
}

type Counts = Readonly<Record<string, number>>

/** A process that began anew has counted from nothing. */
function since(before: Counts, now: Counts): Counts {
  return Object.fromEntries(
    Object.entries(now).map(([name, count]) => {
      const more = count - (before[name] ?? 0)
      return [name, more < 0 ? count : more]
    }),
  )
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
