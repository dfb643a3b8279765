import { expect, test } from '@jest/globals'
import { fuzz } from '@sipwright/framework/testing'
import { targets } from './targets.js'

test.each(targets.map((target) => [target.name, target] as const))(
  '%s: hostile inputs throw nothing, and none is slow',
  (_name, target) => {
    expect(fuzz(target, { seed: 20_261_123, executions: 20_000 }).failures).toEqual([])
  },
)
