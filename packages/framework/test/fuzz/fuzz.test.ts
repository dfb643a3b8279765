/** A short run of the fuzzer: `npm run fuzz` runs as long as one likes. What once broke something is kept beside it. */
import { expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { faultOf, fuzz } from '#src/testing/index.js'
import { passesThrough } from './pass-through.js'
import { targets } from './targets.js'

/** Inputs of each target: a second or so. */
const executions: Readonly<Record<string, number>> = {
  message: 40_000,
  stream: 10_000,
  transactions: 6_000,
}

test.each(targets.map((target) => [target.name, target] as const))(
  '%s: hostile inputs throw nothing but our errors, and none is slow (security.md §5 G2, G3)',
  (name, target) => {
    const outcome = fuzz(target, { seed: 20_261_123, executions: executions[name] ?? 50_000 })
    expect(outcome.failures).toEqual([])
    expect(outcome.executions).toBe(executions[name] ?? 50_000)
  },
)

test('both doors of the parser are used: a good part of the variants is accepted, a good part refused', () => {
  let accepted = 0
  const counting = {
    ...targets[0]!,
    check(input: string): void {
      if (passesThrough(input)) accepted++
    },
  }
  fuzz(counting, { seed: 7, executions: 5_000 })
  expect(accepted).toBeGreaterThan(500)
  expect(accepted).toBeLessThan(4_500)
})

test('an input is slow if it never takes less of the processor, not if it once took more', () => {
  const busyMs = 20
  const check = (): void => {
    const began = performance.now()
    const before = process.cpuUsage()
    for (;;) {
      const { user, system } = process.cpuUsage(before)
      if (performance.now() - began > busyMs && (user + system) / 1_000 > busyMs) return
    }
  }
  const slow = { name: 'slow', slowestMs: 10, input: () => 'x', check }
  expect(faultOf(slow, 'x')).toMatch(/^slow: [0-9.]+ ms for 1 octets$/)
  let asked = 0
  const warm = { ...slow, check: () => (asked++ < 5 ? check() : undefined) }
  expect(faultOf(warm, 'x')).toBeUndefined()
  expect(asked).toBe(6)
})

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'fuzz', 'kept')

test('what once broke something breaks nothing any more', () => {
  const kept = readdirSync(folder)
  const faults = kept.map((file) => {
    const target = targets.find(({ name }) => name === file.slice(0, file.lastIndexOf('-')))
    return faultOf(target!, readFileSync(join(folder, file), 'latin1'))
  })
  expect(faults).toEqual(kept.map(() => undefined))
})
