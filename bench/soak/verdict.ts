/** Whether what a process holds stays the same: the slope after warm-up. */
import { type Line, lineThrough } from '../statistics.js'

/** One look at the process. */
export interface SoakSample {
  /** Seconds since the load began. */
  readonly at: number
  /** By name of the measure, such as `resident`. */
  readonly values: Readonly<Record<string, number>>
}

export interface Trend {
  readonly name: string
  /** Looks after the warm-up. */
  readonly samples: number
  /** Undefined when there are too few looks for one. */
  readonly line: Line | undefined
  /** The slope per hour by the level; and half of its 95 % interval. */
  readonly perHour: number
  readonly perHourUncertainty: number
  /** `unclear`: too short or too noisy to tell. */
  readonly verdict: 'flat' | 'not flat' | 'unclear'
}

/** Growth per hour that is taken for none. */
export const flatWithin = 0.05

/**
 * Each measure's trend. Flat: the whole interval of the slope lies within what is taken for none, or the value never
 * changed. Not flat: the whole interval lies outside. Everything else is unclear and asks for a longer run.
 */
export function trendsOf(samples: readonly SoakSample[], warmUpSeconds: number): readonly Trend[] {
  const after = samples.filter(({ at }) => at >= warmUpSeconds)
  const names = new Set(after.flatMap(({ values }) => Object.keys(values)))
  return [...names].map((name) => {
    const points = after.flatMap(({ at, values }) => {
      const value = values[name]
      return value === undefined ? [] : [[at, value] as const]
    })
    const line = lineThrough(points)
    if (line === undefined) return { name, samples: points.length, line, ...tooFew }
    const level = Math.max(1, Math.abs(line.middle))
    const perHour = (line.slope * 3_600) / level
    const perHourUncertainty = (line.uncertainty * 3_600) / level
    const verdict = verdictOn(perHour, perHourUncertainty)
    return { name, samples: points.length, line, perHour, perHourUncertainty, verdict }
  })
}

const tooFew = { perHour: NaN, perHourUncertainty: NaN, verdict: 'unclear' } as const

function verdictOn(slope: number, uncertainty: number): Trend['verdict'] {
  if (Math.abs(slope) + uncertainty <= flatWithin) return 'flat'
  if (Math.abs(slope) - uncertainty > flatWithin) return 'not flat'
  return 'unclear'
}
