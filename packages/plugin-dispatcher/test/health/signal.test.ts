import { expect, test } from '@jest/globals'
import { Signal } from '#src/health/signal.js'

const policy = { threshold: 3, recover: 2 }

test('busy holds until consecutive answers say otherwise, or its time is over', () => {
  const signal = new Signal('sip', 'active', 'new')
  signal.busy('answered 503', 100)
  expect([signal.state, signal.reason, signal.dueAt]).toEqual(['busy', 'answered 503', 100])
  signal.succeeded('answered 200', policy)
  expect(signal.state).toBe('busy')
  signal.failed('silent', policy)
  signal.succeeded('answered 200', policy)
  expect(signal.state).toBe('busy')
  signal.succeeded('answered 200', policy)
  expect([signal.state, signal.dueAt]).toEqual(['active', Infinity])
  signal.busy('answered 503', 100)
  signal.expire(99)
  expect(signal.state).toBe('busy')
  signal.expire(100)
  expect(signal.state).toBe('active')
})

test('a busy one that falls silent is inactive after the threshold', () => {
  const signal = new Signal('sip', 'active', 'new')
  signal.busy('answered 503', 100)
  for (let failure = 0; failure < 3; failure++) signal.failed('silent', policy)
  expect([signal.state, signal.reason]).toEqual(['inactive', 'silent'])
})

test('another worker learns all of it; a time is told as how long it lasts', () => {
  const signal = new Signal('http', 'active', 'new')
  signal.succeeded('up 40%', policy, 40)
  signal.busy('drain', 500)
  const other = new Signal('http', 'active', 'new')
  other.adopt(signal.news(200), 7_000)
  expect([other.state, other.reason, other.percent, other.dueAt]).toEqual([
    'busy',
    'drain',
    40,
    7_300,
  ])
})
