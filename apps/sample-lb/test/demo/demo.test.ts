import { afterEach, expect, test } from '@jest/globals'
import { childrenOf, isAlive } from '@sipwright/test/system/process-tree.js'
import { pause, Program, run } from '../process.js'

interface Result {
  readonly calls: number
  readonly answered: number
  readonly failed: number
  readonly cancelled: number
  readonly deaths: number
  readonly backends: Readonly<Record<string, number>>
}

const programs: Program[] = []

afterEach(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL')
    await program.exit()
  }
})

test('a headless run ends with one JSON object: no call failed although a backend died', async () => {
  const args = ['--cps', '20', '--duration', '6s', '--headless', '--json']
  const { status, stdout, stderr } = await run(...args)
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Result
  expect({ status, failed: result.failed, stderr }).toEqual({ status: 0, failed: 0, stderr: '' })
  expect(result.calls).toBeGreaterThan(100)
  expect(result.calls).toBe(result.answered + result.cancelled)
  expect(result.deaths).toBeGreaterThan(0)
  const shares = Object.values(result.backends)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(result.answered)
  expect(Math.min(...shares)).toBeGreaterThan(0)
}, 60_000)

test('the demo says what runs and shows live calls; Ctrl-C ends it and all its processes', async () => {
  const program = start('--cps', '10')
  await program.printed(/^ +balancer +udp:127\.0\.0\.1:\d+ tcp:127\.0\.0\.1:\d+$/m)
  await program.printed(/^calls .* in progress [1-9]/m)
  const children = childrenOf(program.pid)
  expect(children.length).toBe(4)
  program.kill('SIGINT')
  expect(await program.exit()).toBe(0)
  await expectGone(children)
}, 60_000)

test('no process of the demo outlives a parent that was killed', async () => {
  const program = start('--cps', '5')
  await program.printed(/^calls /m)
  const children = childrenOf(program.pid)
  expect(children.length).toBe(4)
  program.kill('SIGKILL')
  await program.exit()
  await expectGone(children)
}, 60_000)

function start(...args: readonly string[]): Program {
  const program = new Program(...args)
  programs.push(program)
  return program
}

async function expectGone(pids: readonly number[]): Promise<void> {
  for (let tries = 0; tries < 100 && pids.some(isAlive); tries++) await pause(50)
  expect(pids.filter(isAlive)).toEqual([])
}
