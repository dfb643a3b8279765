import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { heldBy, meanOf } from '#src/soak/process-tree.js'

test('memory, descriptors and threads are summed over the tree; one that has ended holds nothing', () => {
  const proc = mkdtempSync(join(tmpdir(), 'sipwright-proc-'))
  try {
    for (const [pid, parent] of [
      [10, 1],
      [11, 10],
    ] as const) {
      mkdirSync(join(proc, String(pid), 'fd'), { recursive: true })
      writeFileSync(join(proc, String(pid), 'fd', '0'), '')
      writeFileSync(join(proc, String(pid), 'stat'), `${pid} (node) S ${parent} 1 1 0 -1\n`)
      writeFileSync(
        join(proc, String(pid), 'status'),
        'Name:\tnode\nVmRSS:\t  100 kB\nThreads:\t7\n',
      )
    }
    expect(heldBy(10, proc)).toEqual({ resident: 204_800, descriptors: 2, threads: 14 })
    expect(heldBy(99, proc)).toEqual({ resident: 0, descriptors: 0, threads: 0 })
  } finally {
    rmSync(proc, { recursive: true })
  }
})

test('looks close together count as their mean', () => {
  const look = (resident: number) => ({ resident, descriptors: 21, threads: 11 })
  expect(meanOf([look(100), look(300), look(200)])).toEqual(look(200))
})
