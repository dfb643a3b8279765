import { readFileSync } from 'node:fs'

/** What a process had resident at most, in MiB. */
export function memoryMiB(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return Math.round(Number(kib) / 1_024)
}
