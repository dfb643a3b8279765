import { expect, test } from '@jest/globals'
import { serviceToken } from '#src/plugin/service.js'
import { Container, inject, markInjectable } from '#src/server/container.js'

class Calendar {
  readonly open = true
}
const greeting = serviceToken<string>('greeting')

class Office {
  constructor(
    @inject(Calendar) readonly calendar: Calendar,
    @inject(greeting) readonly words: string,
  ) {}
}
markInjectable(Office)

class Branch extends Office {}
markInjectable(Branch)

class Careless {
  constructor(readonly calendar: Calendar) {}
}
markInjectable(Careless)

test('a class is constructed with the services that it names', () => {
  const container = new Container()
  const calendar = new Calendar()
  container.provide(Calendar, calendar)
  container.provide(greeting, 'hello')
  const office = container.construct(Office)
  expect([office.calendar === calendar, office.words]).toEqual([true, 'hello'])
})

test('two apps share nothing', () => {
  const one = new Container()
  one.provide(Calendar, new Calendar())
  expect(() => new Container().resolve(Calendar)).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_SERVICE_MISSING' }),
  )
})

test('a service has one provider', () => {
  const container = new Container()
  container.provide(Calendar, new Calendar())
  expect(() => container.provide(Calendar, new Calendar())).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_SERVICE_DUPLICATE' }),
  )
})

test.each([
  ['a missing service', Office, 'SIPW_ERR_DI_RESOLVE', 'greeting is not provided'],
  ['a parameter without token', Careless, 'SIPW_ERR_DI_TOKEN', 'parameter 0 of Careless'],
  ['an inherited constructor', Branch, 'SIPW_ERR_DI_INHERITED_CTOR', 'Branch'],
])('%s is found at start-up and named', (_, type, code, named) => {
  expect(() => new Container().construct(type as new () => object)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(named) }),
  )
})
