/** What was, second by second: from the server when the page opens, and from events since. A quarter of an hour at most. */
import type { HistoryAnswer, Stats } from './answers.js'

/** Seconds that are kept. */
export const historySeconds = 900

export interface Track {
  readonly set: string
  readonly id: string
  /** A letter for each second. */
  readonly states: string
  readonly calls: readonly number[]
  /** Since the start. */
  readonly attempts: readonly number[]
  readonly latencyMs: readonly number[]
}

export interface Past {
  /** Milliseconds since 1970, oldest first. */
  readonly at: readonly number[]
  readonly tracks: readonly Track[]
}

export const noPast: Past = { at: [], tracks: [] }

const letters: Readonly<Record<string, string>> = {
  ...{ active: 'a', trying: 't', inactive: 'i', busy: 'b' },
  ...{ drain: 'd', maintenance: 'm', disabled: 'x' },
}

/** As the server remembers it. */
export function pastOf({ at, destinations }: HistoryAnswer): Past {
  return { at, tracks: destinations }
}

/** One second more. */
export function addSecond({ at, tracks }: Past, { at: date, destinations }: Stats): Past {
  const time = Date.parse(date)
  if (at.length > 0 && time <= at.at(-1)!) return { at, tracks }
  const known = new Map(tracks.map((track) => [nameOf(track), track]))
  const length = at.length
  return {
    at: latest([...at, time]),
    tracks: destinations.map((each): Track => {
      const track = known.get(nameOf(each))
      const before = (figures: readonly number[] | undefined): readonly number[] =>
        figures ?? new Array<number>(length).fill(0)
      return {
        ...{ set: each.set, id: each.id },
        states: `${track?.states ?? '-'.repeat(length)}${letters[each.state]!}`.slice(
          -historySeconds,
        ),
        calls: latest([...before(track?.calls), each.calls]),
        // One that was not there has made none before: its first second is no jump.
        attempts: latest([
          ...(track?.attempts ?? new Array<number>(length).fill(each.attempts)),
          each.attempts,
        ]),
        latencyMs: latest([...before(track?.latencyMs), each.latencyMs]),
      }
    }),
  }
}

/** How many a second, of counts since the start: a restart counts from nothing again. */
export function perSecond(counts: readonly number[], at: readonly number[]): readonly number[] {
  return counts.map((count, index) => {
    if (index === 0) return 0
    const more = count - counts[index - 1]!
    const seconds = Math.max(0.001, (at[index]! - at[index - 1]!) / 1_000)
    return more < 0 ? 0 : more / seconds
  })
}

/** The mean of the last `over` values at each place: a curve that eyes can follow. */
export function smoothed(values: readonly number[], over: number): readonly number[] {
  let sum = 0
  return values.map((value, index) => {
    sum += value - (index >= over ? values[index - over]! : 0)
    return Math.max(0, sum / Math.min(index + 1, over))
  })
}

function nameOf({ set, id }: { readonly set: string; readonly id: string }): string {
  return `${set}\n${id}`
}

function latest(values: readonly number[]): readonly number[] {
  return values.slice(-historySeconds)
}
