/**
 * What a backend says of itself over HTTP: JSON, or the words of HAProxy's agent check, which operators know. See
 * docs/health.md.
 */
import { z } from 'zod'
import { type ProbeResult } from './define-probe.js'

const report = z.looseObject({
  status: z.enum(['ok', 'busy', 'drain', 'fail']),
  weight: z.number().min(0).max(100).optional(),
  calls: z.number().nonnegative().optional(),
  max: z.number().nonnegative().optional(),
  reason: z.string().optional(),
})

/** What a body means; undefined: it is neither of the two. */
export function parseHealthReport(body: string): ProbeResult | undefined {
  return body.trimStart().startsWith('{') ? parseJson(body) : parseWords(body)
}

function parseJson(body: string): ProbeResult | undefined {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return undefined
  }
  const parsed = report.safeParse(json)
  if (!parsed.success) return undefined
  const { status, weight: percent, calls, max, reason } = parsed.data
  const said = reason === undefined ? status : `${status}: ${printable(reason)}`
  if (status === 'fail') return { state: 'down', reason: said }
  if (status !== 'ok') return { state: 'busy', reason: said, percent }
  if (calls !== undefined && max !== undefined && max > 0 && calls >= max) {
    return { state: 'busy', reason: `${calls} of ${max} calls`, percent }
  }
  return { state: 'up', reason: said, percent }
}

const meanings: ReadonlyMap<string, ProbeResult['state']> = new Map([
  ['up', 'up'],
  ['ready', 'up'],
  ['drain', 'busy'],
  ['maint', 'busy'],
  ['down', 'down'],
  ['fail', 'down'],
  ['failed', 'down'],
  ['stopped', 'down'],
])

const severity: Readonly<Record<ProbeResult['state'], number>> = {
  up: 0,
  failed: 1,
  busy: 2,
  down: 3,
}

/** Words in any order, `75%`, and behind `#` what is for people; of two that contradict each other the worse one holds. */
function parseWords(body: string): ProbeResult | undefined {
  const [line = ''] = body.split(/[\r\n]/, 1)
  const [before = '', comment = ''] = line.split(/#(.*)/)
  const words = before
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  let state: ProbeResult['state'] = 'up'
  let percent: number | undefined
  for (const word of words) {
    const [, digits] = /^(\d{1,3})%$/.exec(word) ?? []
    const meaning = meanings.get(word)
    if (digits !== undefined) percent = Math.min(100, Number(digits))
    else if (meaning !== undefined) {
      if (severity[meaning] > severity[state]) state = meaning
    } else if (!/^maxconn:\d+$/.test(word)) return undefined
  }
  const why = printable(comment)
  return { state, reason: why === '' ? words.join(' ') : `${words.join(' ')}: ${why}`, percent }
}

/** It stands in logs: one line, and not a long one. */
function printable(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200)
}
