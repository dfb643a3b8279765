/** Metrics as Prometheus reads them: the text format 0.0.4, and how the numbers of several workers become one. */

/** How the same series of two workers become one. */
export type Merge =
  | 'sum'
  /** What all of them see alike: that of the worker that serves. */
  | 'own'
  | 'max'

export type Labels = Readonly<Record<string, string | number>>

export interface Sample {
  /** Behind the name of the family: `_sum`, `_bucket`. */
  readonly suffix?: string
  readonly labels: Labels
  readonly value: number
}

/** JSON carries it. */
export interface Family {
  /** Without the prefix `sipwright_`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary'
  readonly help: string
  readonly merge: Merge
  readonly samples: readonly Sample[]
}

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

const prefix = 'sipwright_'

/** Families of all workers as one list; `own` are those of the worker that serves. */
export function merged(own: readonly Family[], others: readonly (readonly Family[])[]): Family[] {
  const byName = new Map(own.map((family) => [family.name, family]))
  for (const family of others.flat()) {
    const known = byName.get(family.name)
    if (known === undefined) byName.set(family.name, family)
    else if (known.merge !== 'own') byName.set(family.name, together(known, family))
  }
  return [...byName.values()]
}

/** Families without samples are left out. */
export function exposition(families: readonly Family[]): string {
  const lines: string[] = []
  for (const { name, type, help, samples } of families) {
    if (samples.length === 0) continue
    lines.push(`# HELP ${prefix}${name} ${help}`, `# TYPE ${prefix}${name} ${type}`)
    for (const { suffix = '', labels, value } of samples) {
      lines.push(`${prefix}${name}${suffix}${formatLabels(labels)} ${formatValue(value)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function together(one: Family, other: Family): Family {
  const samples = new Map(one.samples.map((sample) => [seriesOf(sample), sample]))
  for (const sample of other.samples) {
    const series = seriesOf(sample)
    const known = samples.get(series)
    samples.set(
      series,
      known === undefined ? sample : { ...known, value: joined(one.merge, known, sample) },
    )
  }
  return { ...one, samples: [...samples.values()] }
}

function joined(merge: Merge, one: Sample, other: Sample): number {
  return merge === 'max' ? Math.max(one.value, other.value) : one.value + other.value
}

function seriesOf({ suffix = '', labels }: Sample): string {
  return suffix + formatLabels(labels)
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function formatValue(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
