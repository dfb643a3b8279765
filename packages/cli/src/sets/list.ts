/** A dispatcher.list, line by line: what is taken over as it is, what is written otherwise, and what has no effect here. */
import { parseDispatcherList, type ListEntry } from '@sipwright/plugin-dispatcher'
import { type Edge } from '../edge/edge.js'
import { redacted } from '../report/redact.js'
import { type Report } from '../report/report.js'

/** One destination, wherever it stood. */
export interface Listed {
  readonly file: string
  /** The line, or the id of a row. */
  readonly line: number
  readonly endLine: number
  readonly entry: ListEntry
  /** As it stood in the list; undefined: it came from elsewhere. */
  readonly text: string | undefined
}

/** A line that is no destination: kept, with what was wrong with it. */
export interface Kept {
  readonly line: number
  readonly text: string
}

export interface ReadList {
  readonly listed: readonly Listed[]
  readonly kept: readonly Kept[]
}

/** What Kamailio's parameters say about all destinations. */
export interface ListOptions {
  /** The last of each set is kept for when all others are out. */
  readonly useDefault: boolean
}

/** Reads a list. Bad lines are reported, and become comments. */
export function readList(file: string, text: string, report: Report): ReadList {
  const faults = new Map(parseDispatcherList(text).faults.map((fault) => [fault.line, fault]))
  const listed: Listed[] = []
  const kept: Kept[] = []
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((raw, index) => {
      const line = index + 1
      const plain = raw.replace(/\r$/, '')
      const fault = faults.get(line)
      if (fault !== undefined) {
        const note = `found "${redacted(fault.found)}", expected ${fault.expected}; it is a comment in the copy`
        report.add({ file, line, endLine: line }, redacted(plain), 'not translated', note)
        kept.push({ line, text: `# left out, expected ${fault.expected}: ${plain}` })
        return
      }
      const [entry] = parseDispatcherList(plain).entries
      if (entry === undefined) kept.push({ line, text: plain })
      else listed.push({ file, line, endLine: line, entry, text: plain })
    })
  return { listed, kept }
}

/** Judges every destination, and returns the list that is to be written: lines that need no change stay as they are. */
export function writtenList(
  { listed, kept }: ReadList,
  edge: Edge,
  options: ListOptions,
  report: Report,
): string {
  const reserves = options.useDefault ? reservesOf(listed) : new Set<Listed>()
  const lines = new Map<number, string>(kept.map(({ line, text }) => [line, text]))
  let next = Math.max(0, ...lines.keys(), ...listed.map(({ line }) => line))
  for (const each of listed) {
    const { attrs, notes } = rewritten(each, edge, reserves.has(each))
    const noted = judgeDestination(each, edge)
    const approximated = noted.length > 0
    report.add(
      each,
      subjectOf(each),
      approximated ? 'approximated' : 'translated',
      [...notes, ...noted].join('; ') || 'as it is',
    )
    const text =
      each.text !== undefined && notes.length === 0 ? each.text : formatEntry(each.entry, attrs)
    lines.set(each.text === undefined ? ++next : each.line, text)
  }
  judgeWeights(listed, edge, report)
  judgeTies(listed, edge, report)
  const text = [...lines].toSorted(([a], [b]) => a - b).map(([, line]) => line)
  return `${text.join('\n').trimEnd()}\n`
}

/** Of destinations that stay in their database. */
export function judgeRows(
  listed: readonly Listed[],
  edge: Edge,
  options: ListOptions,
  report: Report,
): void {
  const reserves = options.useDefault ? reservesOf(listed) : new Set<Listed>()
  for (const each of listed) {
    const reserve = reserves.has(each)
      ? ['use_default: add the attribute overflow=1 to this row']
      : []
    const noted = [...reserve, ...judgeDestination(each, edge)]
    report.add(
      each,
      subjectOf(each),
      noted.length > 0 ? 'approximated' : 'translated',
      noted.join('; ') || 'as it is',
    )
  }
  judgeWeights(listed, edge, report)
  judgeTies(listed, edge, report)
}

/** `setid uri flags priority attrs`, as our reader and Kamailio's take it. */
export function formatEntry(
  { setId, destination }: ListEntry,
  attrs: Readonly<Record<string, string>> = destination.attrs,
): string {
  const { uri, flags, priority } = destination
  const body = Object.entries(attrs)
    .map(([name, value]) => `${name}=${/[\s;#]/.test(value) ? `"${value}"` : value}`)
    .join(';')
  return `${setId} ${uri} ${flags} ${priority}${body === '' ? '' : ` ${body}`}`
}

function subjectOf({ entry }: Listed): string {
  return redacted(`${entry.setId} ${entry.destination.uri}`)
}

/** Kamailio's last one of a set: of the lowest priority the one that was loaded first. */
function reservesOf(listed: readonly Listed[]): Set<Listed> {
  const last = new Map<string, Listed>()
  const counts = new Map<string, number>()
  for (const each of listed) {
    const { setId, destination } = each.entry
    counts.set(setId, (counts.get(setId) ?? 0) + 1)
    const known = last.get(setId)
    if (known === undefined || destination.priority < known.entry.destination.priority) {
      last.set(setId, each)
    }
  }
  return new Set([...last].filter(([set]) => (counts.get(set) ?? 0) > 1).map(([, each]) => each))
}

function rewritten({ entry, text }: Listed, edge: Edge, reserve: boolean) {
  const { attrs } = entry.destination
  const notes: string[] = []
  let changed: Record<string, string> = attrs
  const share = attrs['rweight']
  if (share !== undefined && edge.sets.get(entry.setId)?.algorithm === 'relative-weight') {
    changed = { ...changed, weight: share }
    notes.push('rweight is written as weight')
  }
  if (reserve) {
    changed = { ...changed, overflow: '1' }
    notes.push('use_default: it is for when no other may have the request (overflow=1)')
  }
  if (text === undefined) notes.push('a line of dispatcher.list')
  return { attrs: changed, notes }
}

/** What is not the same for this destination. */
function judgeDestination({ entry }: Listed, edge: Edge): string[] {
  const { attrs, flags } = entry.destination
  const algorithm = edge.sets.get(entry.setId)?.algorithm
  const notes = Object.keys(attrs).flatMap((name) => {
    const note = withoutEffect.get(name)
    return note === undefined ? [] : [`${name} ${note}`]
  })
  if (attrs['maxload'] !== undefined && attrs['maxload'] !== '0' && algorithm !== 'call-load') {
    notes.push('maxload holds under every algorithm, in Kamailio under 10 alone')
  }
  if (attrs['weight'] !== undefined && heedsWeight.test(algorithm ?? '')) {
    notes.push(`${algorithm ?? ''} heeds the weight, too`)
  }
  if (
    attrs['rweight'] !== undefined &&
    algorithm !== 'relative-weight' &&
    algorithm !== 'kamailio:11'
  ) {
    notes.push('rweight has no effect here')
  }
  if ((flags & 8) !== 0 && edge.probe?.mode === 'none') {
    notes.push('Kamailio probes it until the first answer; with probe.mode none nobody does')
  }
  return notes
}

/** Kamailio's shares are of a hundred; ours of what there is. */
function judgeWeights(listed: readonly Listed[], edge: Edge, report: Report): void {
  const sums = new Map<string, { sum: number; readonly first: Listed }>()
  for (const each of listed) {
    if (edge.sets.get(each.entry.setId)?.algorithm !== 'weight') continue
    const known = sums.get(each.entry.setId) ?? { sum: 0, first: each }
    known.sum += Number(each.entry.destination.attrs['weight'] ?? 0)
    sums.set(each.entry.setId, known)
  }
  for (const [set, { sum, first }] of sums) {
    if (sum === 100) continue
    const note = `the weights of set ${set} add up to ${sum}: here shares are of ${sum}, Kamailio gives what is left of 100 to the last one`
    report.weaken(first, note)
  }
}

/** Who goes first of equals. */
function judgeTies(listed: readonly Listed[], edge: Edge, report: Report): void {
  const seen = new Map<string, Listed>()
  for (const each of listed) {
    const { setId, destination } = each.entry
    if (edge.sets.get(setId)?.algorithm !== 'priority') continue
    const key = `${setId}\n${destination.priority}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, each)
    else {
      const note = 'of equal priority here the first line goes first, in Kamailio the last one'
      report.weaken(first, note)
    }
  }
}

const heedsWeight = /^(?:call-load|hash-)/
const socket = 'has no effect: the listener of the destination’s transport and address family sends'
const probing = 'has no effect in a list: `probe` of a destination that stands in lb.yaml'

const withoutEffect: ReadonlyMap<string, string> = new Map([
  ['socket', socket],
  ['sockname', socket],
  ['ping_socket', socket],
  ['ping_from', probing],
  ['ping_reply_codes', probing],
  ['obproxy', 'has no effect: probes go to the destination itself'],
  ['cc', 'has no effect: there is no congestion control by latency'],
  ['latency', 'has no effect: latency begins to count with the first probe'],
  ['ocmin', 'has no effect'],
  ['ocmax', 'has no effect'],
  ['ocrate', 'has no effect, nor has it in Kamailio before ds_oc_set_attrs'],
])
