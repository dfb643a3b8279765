/** What `probe.ts` wrote, as looks at the process. */
import { type SoakSample } from './verdict.js'

/** What the processes said of themselves, each under its own name. */
export function samplesOf(lines: string, startedAt: number): readonly SoakSample[] {
  const names = new Map<number, string>()
  return lines
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { time, pid, heap, external, resources, transactions } = JSON.parse(line) as ProbeLine
      const name = names.get(pid) ?? (names.size === 0 ? '' : ` of process ${names.size + 1}`)
      names.set(pid, name)
      const values = {
        ...(heap !== undefined && { [`heap${name}`]: heap }),
        [`external${name}`]: external,
        [`handles and timers${name}`]: resources,
        ...(transactions !== undefined && { [`transactions${name}`]: transactions }),
      }
      return { at: (time - startedAt) / 1_000, values }
    })
}

/** A line that `probe.ts` writes. */
interface ProbeLine {
  readonly time: number
  readonly pid: number
  /** Absent before the first full collection. */
  readonly heap?: number
  readonly external: number
  readonly resources: number
  /** Absent where no request has come: in the supervisor of workers. */
  readonly transactions?: number
}
