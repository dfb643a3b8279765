/** Lines of the log, as pino writes them: JSON with a level, a time, a text and whatever belongs to it. */

export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

export interface LogLine {
  readonly level: Level
  /** Milliseconds since 1970. */
  readonly at: number
  readonly text: string
  /** What belongs to it: `reason=… destination=…` */
  readonly fields: string
}

const least: Readonly<Record<Level, number>> = { debug: 0, info: 30, warn: 40, error: 50 }
const shownElsewhere = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'v'])

/** Undefined: it is not of the log. */
export function parseLogLine(json: string): LogLine | undefined {
  let line: unknown
  try {
    line = JSON.parse(json)
  } catch {
    return undefined
  }
  if (typeof line !== 'object' || line === null) return undefined
  const { level, time, msg, ...rest } = line as Readonly<Record<string, unknown>>
  return {
    level: levelOf(level),
    at: typeof time === 'number' ? time : Date.parse(String(time)),
    text: typeof msg === 'string' ? msg : '',
    fields: Object.entries(rest)
      .filter(([key]) => !shownElsewhere.has(key))
      .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
  }
}

/** Whether a line is as serious as that, and has the text. */
export function passes({ level, text, fields }: LogLine, from: Level, wanted: string): boolean {
  if (least[level] < least[from]) return false
  return `${text} ${fields}`.toLowerCase().includes(wanted.toLowerCase())
}

/** A number of pino, or its name. */
function levelOf(level: unknown): Level {
  if (typeof level === 'string') return levels.find((each) => each === level) ?? 'info'
  return levels.findLast((each) => Number(level) >= least[each]) ?? 'debug'
}
