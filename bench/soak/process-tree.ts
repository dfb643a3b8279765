/** What the kernel says that a process tree holds. */
import { readdirSync, readFileSync } from 'node:fs'
import { treeOf } from '../load/cpu-time.js'

export interface Held {
  /** Bytes. */
  readonly resident: number
  readonly descriptors: number
  readonly threads: number
}

/** Summed over the tree. `proc` is where the kernel shows its processes. */
export function heldBy(root: number, proc = '/proc'): Held {
  const held = { resident: 0, descriptors: 0, threads: 0 }
  for (const pid of treeOf(root, proc)) {
    const status = read(`${proc}/${pid}/status`)
    held.resident += field(status, 'VmRSS') * 1_024
    held.threads += field(status, 'Threads')
    held.descriptors += entries(`${proc}/${pid}/fd`)
  }
  return held
}

/** The mean of several looks. */
export function meanOf(looks: readonly Held[]): Held {
  const mean = (name: keyof Held): number =>
    looks.reduce((sum, look) => sum + look[name], 0) / looks.length
  return { resident: mean('resident'), descriptors: mean('descriptors'), threads: mean('threads') }
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function entries(path: string): number {
  try {
    return readdirSync(path).length
  } catch {
    return 0
  }
}
