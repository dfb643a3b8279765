import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { cpuTimeOf, tasksOf, treeOf } from '#src/load/cpu-time.js'

let proc: string

/** A process as /proc shows it; `run` is what each of its threads has run. */
function exists(pid: number, parent: number, name: string, run: Record<number, string>): void {
  mkdirSync(join(proc, String(pid)))
  writeFileSync(join(proc, String(pid), 'stat'), `${pid} (${name}) S ${parent} 1 1 0 -1\n`)
  for (const [tid, schedstat] of Object.entries(run)) {
    const task = join(proc, String(pid), 'task', tid)
    mkdirSync(task, { recursive: true })
    writeFileSync(join(task, 'schedstat'), schedstat)
    writeFileSync(join(task, 'comm'), `${name}\n`)
  }
}

beforeAll(() => {
  proc = mkdtempSync(join(tmpdir(), 'sipwright-proc-'))
  mkdirSync(join(proc, 'sys'))
  exists(10, 1, 'balancer', { 10: '1000 7 3\n', 11: '200 7 3\n' })
  // A name may hold what separates the fields.
  exists(20, 10, 'a) S 1 (', { 20: '30 7 3\n' })
  exists(21, 20, 'worker', { 21: '4 7 3\n' })
  exists(30, 1, 'stranger', { 30: '999999 7 3\n' })
})
afterAll(() => rmSync(proc, { recursive: true }))

test('a tree is the process and all its descendants, whatever they are called', () => {
  expect(treeOf(10, proc)).toEqual([10, 20, 21])
})

test('CPU time is the first field of schedstat, summed over every thread of the tree', () => {
  expect(cpuTimeOf(10, proc)).toBe(1234n)
  expect(tasksOf(20, proc)).toEqual([
    { pid: 20, tid: 20, name: 'a) S 1 (', nanoseconds: 30n },
    { pid: 21, tid: 21, name: 'worker', nanoseconds: 4n },
  ])
})

test('a process that has ended, or without the counter, has run nothing', () => {
  expect(cpuTimeOf(99, proc)).toBe(0n)
  exists(40, 1, 'strange', { 40: '' })
  expect(cpuTimeOf(40, proc)).toBe(0n)
})
