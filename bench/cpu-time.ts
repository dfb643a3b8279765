/** CPU time of a process and all its descendants, from the scheduler's own counters. */
import { readdirSync, readFileSync } from 'node:fs'

/** Nanoseconds that the tree has run so far: the first field of each task's schedstat. */
export function cpuTimeOf(root: number): bigint {
  let total = 0n
  for (const pid of treeOf(root)) {
    for (const task of list(`/proc/${pid}/task`)) {
      const text = read(`/proc/${pid}/task/${task}/schedstat`)
      total += BigInt(text.split(' ')[0] ?? '0')
    }
  }
  return total
}

function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of list('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // The name of the command stands in parentheses and may hold anything; the parent is the second field behind it.
    const parent = Number(read(`/proc/${name}/stat`).split(') ').at(-1)?.split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** A process may end while it is looked at: then it has nothing to say. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim()
  } catch {
    return '0'
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
