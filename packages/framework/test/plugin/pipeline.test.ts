import { expect, test } from '@jest/globals'
import { type RequestContext } from '#src/plugin/context.js'
import { handled } from '#src/plugin/handled.js'
import { type MiddlewareFunction } from '#src/plugin/middleware.js'
import { isPromise, runPipeline } from '#src/plugin/pipeline.js'

const ctx = {} as RequestContext

function recording(): {
  seen: string[]
  step: (name: string, end?: boolean) => MiddlewareFunction
} {
  const seen: string[] = []
  return {
    seen,
    step:
      (name, end = false) =>
      () => {
        seen.push(name)
        return end ? handled : undefined
      },
  }
}

test('steps run in order until one ends the request', () => {
  const { seen, step } = recording()
  expect(runPipeline([step('a'), step('b', true), step('c')], ctx)).toBe(handled)
  expect(seen).toEqual(['a', 'b'])
})

test('a chain of plain functions makes no promise', () => {
  const { step } = recording()
  expect(isPromise(runPipeline([step('a'), step('b')], ctx))).toBe(false)
})

test('after a step that waits, the rest runs when it has settled', async () => {
  const { seen, step } = recording()
  const waits: MiddlewareFunction = async () => {
    await Promise.resolve()
    seen.push('waits')
    return undefined
  }
  const outcome = runPipeline([step('a'), waits, step('b', true), step('c')], ctx)
  expect(seen).toEqual(['a'])
  expect(await outcome).toBe(handled)
  expect(seen).toEqual(['a', 'waits', 'b'])
})
