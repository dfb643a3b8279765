/** Lines of a stranger's file as comments, with their place. */
import { basename } from 'node:path'
import { type Stretch } from '../kamailio/script.js'
import { redacted } from '../report/redact.js'

/** The lines of every file that was read. */
export type SourceLines = ReadonlyMap<string, readonly string[]>

/** Why it was not translated, and the lines themselves. */
export function quoted(files: SourceLines, at: Stretch, why: string): string[] {
  const lines = (files.get(at.file)?.slice(at.line - 1, at.endLine) ?? [])
    .filter((line) => line.trim() !== '')
    .map((line) => ({ depth: depthOf(line), text: redacted(line) }))
  const least = Math.min(...lines.map(({ depth }) => depth))
  return [
    `// ${placeOf(at)}, not translated: ${why}`,
    ...lines.map(({ depth, text }) => `//   ${' '.repeat(Math.min(depth - least, 80))}${text}`),
  ]
}

/** `kamailio.cfg:12` */
export function placeOf({ file, line }: Stretch): string {
  return `${basename(file).replaceAll(/[^\w.-]/g, '_')}:${line}`
}

/** How far in a line is; a tab counts as two. */
function depthOf(line: string): number {
  const space = /^[ \t]*/.exec(line)?.[0] ?? ''
  return space.replaceAll('\t', '  ').length
}
