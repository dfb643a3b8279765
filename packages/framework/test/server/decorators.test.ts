import { expect, test } from '@jest/globals'
import { type RequestContext } from '#src/plugin/context.js'
import { type Handled } from '#src/plugin/handled.js'
import { OnRequest, registrationsOf, Routes, stepsOf, Use } from '#src/server/decorators.js'

const step = (): undefined => undefined

@Routes()
@Use(step)
class Both {
  @OnRequest('INVITE', 'MESSAGE')
  @Use(step, step)
  invite(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }

  @OnRequest()
  others(ctx: RequestContext): Handled {
    return ctx.reply(404)
  }
}

test('decorators write down methods and steps, nothing more', () => {
  expect(registrationsOf(Both.prototype)).toEqual([
    { kind: 'request', methods: ['INVITE', 'MESSAGE'], property: 'invite' },
    { kind: 'request', methods: ['*'], property: 'others' },
  ])
  expect(stepsOf(Both)).toHaveLength(1)
  expect(stepsOf(Both.prototype, 'invite')).toHaveLength(2)
})

test('compiled in TC39 mode they refuse to run instead of registering nothing', () => {
  const standard = { kind: 'method', name: 'invite' }
  const decorate = OnRequest('INVITE') as unknown as (value: unknown, context: unknown) => void
  expect(() => decorate(() => undefined, standard)).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_DECORATOR_MODE' }),
  )
  const mark = Routes() as unknown as (value: unknown, context: unknown) => void
  expect(() => mark(Both, { kind: 'class', name: 'Both' })).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_DECORATOR_MODE' }),
  )
})
