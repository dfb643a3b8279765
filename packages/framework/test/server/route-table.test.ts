import { expect, test } from '@jest/globals'
import { type FailureContext, type RequestContext } from '#src/plugin/context.js'
import { type Handled } from '#src/plugin/handled.js'
import { defineMiddleware } from '#src/plugin/middleware.js'
import { Container } from '#src/server/container.js'
import { OnFailure, OnRequest, Routes, Use } from '#src/server/decorators.js'
import { Hooks } from '#src/server/hooks.js'
import { RouteTable } from '#src/server/route-table.js'

const pass = (name: string) => defineMiddleware({ name, create: () => () => undefined })()

@Routes()
@Use(pass('allowFrom'))
class Gateway {
  @OnRequest('INVITE')
  @Use(pass('digest'))
  invite(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }

  @OnRequest('*')
  others(ctx: RequestContext): Handled {
    return ctx.reply(404)
  }

  @OnFailure('*')
  failed(ctx: FailureContext): Handled {
    return ctx.forward()
  }
}

@Routes()
class Second {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

@Routes()
class Reserved {
  @OnRequest('ACK')
  ack(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

class Unmarked {
  readonly answer = 42
}

const table = (...classes: (new () => object)[]): RouteTable =>
  new RouteTable(classes, new Container(), new Hooks())

test('a line of the table reads in the order in which it runs: class, method, handler', () => {
  expect(table(Gateway).describe()).toEqual([
    'INVITE → allowFrom → digest → Gateway.invite',
    '* → allowFrom → Gateway.others',
  ])
})

test('* serves every method without a handler of its own, failures too', () => {
  const routes = table(Gateway)
  expect(routes.find('INVITE')?.name).toBe('Gateway.invite')
  expect(routes.find('MESSAGE')?.name).toBe('Gateway.others')
  expect(routes.find('INVITE')?.failure).toBeDefined()
})

test.each([
  ['a method handled twice', [Gateway, Second], 'SIPW_ERR_DUPLICATE_ROUTE', 'Second.invite'],
  ['ACK as a route', [Reserved], 'SIPW_ERR_METHOD_RESERVED', 'Reserved.ack'],
  ['a class without @Routes', [Unmarked], 'SIPW_ERR_NOT_ROUTES', 'Unmarked'],
])('%s is refused at start-up', (_, classes, code, named) => {
  expect(() => table(...classes)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(named) }),
  )
})
