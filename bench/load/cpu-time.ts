/** CPU time of a process and all its descendants, from the scheduler's own counters. */
import { readdirSync, readFileSync } from 'node:fs'

/** What one thread has run so far. */
export interface TaskTime {
  readonly pid: number
  readonly tid: number
  /** The thread's own name. */
  readonly name: string
  readonly nanoseconds: bigint
}

/** Nanoseconds that the tree has run so far. `proc` is where the kernel shows its processes. */
export function cpuTimeOf(root: number, proc = '/proc'): bigint {
  let total = 0n
  for (const { nanoseconds } of tasksOf(root, proc)) total += nanoseconds
  return total
}

/** Every thread of the tree: the first field of its schedstat. A process that has ended has none. */
export function tasksOf(root: number, proc = '/proc'): readonly TaskTime[] {
  return treeOf(root, proc).flatMap((pid) =>
    list(`${proc}/${pid}/task`).map((tid) => ({
      pid,
      tid: Number(tid),
      name: read(`${proc}/${pid}/task/${tid}/comm`),
      nanoseconds: runTime(read(`${proc}/${pid}/task/${tid}/schedstat`)),
    })),
  )
}

/** The process itself and its descendants. */
export function treeOf(root: number, proc = '/proc'): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of list(proc)) {
    if (!/^\d+$/.test(name)) continue
    // The name of the command stands in parentheses and may hold anything; the parent is the second field behind it.
    const parent = Number(read(`${proc}/${name}/stat`).split(') ').at(-1)?.split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

function runTime(schedstat: string): bigint {
  const [first = ''] = schedstat.split(' ')
  return /^\d+$/.test(first) ? BigInt(first) : 0n
}

/** A process may end while it is looked at: then it has nothing to say. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch {
    return ''
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
