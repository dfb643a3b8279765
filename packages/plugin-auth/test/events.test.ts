import { expect, test } from '@jest/globals'
import { type Log, type Source } from '@sipwright/framework'
import { AuthEvents } from '#src/events.js'

const source: Source = {
  address: '192.0.2.4',
  port: 5060,
  transport: 'UDP',
  zone: 'public',
  peerNames: [],
  flow: undefined as never,
}
const event = { source, user: 'alice', method: 'INVITE', now: 0 }

test('every listener hears of a failure, though one of them fails', () => {
  const logged: string[] = []
  const log: Log = {
    error: (_fields, text) => logged.push(text),
    warn: () => undefined,
    info: () => undefined,
    debug: () => undefined,
  }
  const events = new AuthEvents(log)
  const heard: string[] = []
  events.onFailure(() => {
    throw new Error('a fault of the listener')
  })
  events.onFailure(({ fault, user }) => heard.push(`${fault} ${user ?? ''}`))
  events.onSuccess(({ user }) => heard.push(user))
  events.failed({ ...event, fault: 'wrong' })
  events.succeeded(event)
  expect(heard).toEqual(['wrong alice', 'alice'])
  expect(logged).toEqual(['a listener to authentication failed'])
})
