/** Numbers and times for people. */

/** `3d 2h`, `12m 4s`, `40s`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}

/** How long ago a date of the API was. */
export function formatSince(date: string, now: number): string {
  return formatSpan(now - Date.parse(date))
}

/** `14:02:11` in the time of who looks. */
export function formatTime(date: string): string {
  return new Date(date).toLocaleTimeString('en-GB')
}

/** `61 %`, or a dash where there is nothing to count. */
export function formatShare(share: number | undefined): string {
  return share === undefined ? '–' : `${Math.round(share * 100)} %`
}

/** `3 ms`, `0.4 ms`, or a dash. */
export function formatMs(ms: number): string {
  if (ms === 0) return '–'
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}
