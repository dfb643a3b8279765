/** Values of the command line: what was found, what was expected. */
import { SipError } from '@sipwright/framework'

const units = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** Milliseconds of `500ms`, `2s`, `30m`, `1h`. Throws SIPW_ERR_COMMAND_USAGE. */
export function durationOf(option: string, text: string): number {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? []
  if (digits === undefined || unit === undefined) {
    throw new SipError('SIPW_ERR_COMMAND_USAGE', [option, text, 'a duration such as 30s, 5m, 1h'])
  }
  return Number(digits) * units.get(unit)!
}

/** Throws SIPW_ERR_COMMAND_USAGE. */
export function wholeNumberOf(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new SipError('SIPW_ERR_COMMAND_USAGE', [option, text, 'a whole number'])
  }
  return Number(text)
}

/** `name=value`, several of them. Throws SIPW_ERR_COMMAND_USAGE. */
export function pairsOf(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new SipError('SIPW_ERR_COMMAND_USAGE', [option, text, 'name=value'])
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

/** `83 s`, `12 min`, `3.2 h`, `4.1 d` */
export function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${(seconds / 3_600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} d`
}

/** Since a date, as `formatSeconds` says it. */
export function sinceText(date: string, now: number): string {
  return formatSeconds(Math.max(0, now - Date.parse(date)) / 1_000)
}
