import { expect, test } from '@jest/globals'
import { ClientLab, Lab, ServerLab } from '#src/testing/lab.js'

test('time passes only when told, and each effect is written down with its moment', () => {
  const call = new ClientLab('INVITE', 'UDP')
  call.advance(600)
  expect(call.now).toBe(600)
  expect(call.events.map(({ at, effect }) => [at, effect.kind])).toEqual([
    [0, 'sendRequest'],
    [500, 'sendRequest'],
  ])
})

test('`at` tells the moments of one kind of effect, `send` those of both kinds of sending', () => {
  const call = new ServerLab('INVITE')
  call.advance(100)
  call.respond(180)
  call.advance(100)
  call.receive()
  expect(call.at('request')).toEqual([0])
  expect(call.at('send')).toEqual([100, 200])
  expect(call.at('sendResponse')).toEqual([100, 200])
  expect(call.at('sendRequest')).toEqual([])
})

test('`all` gives the effects of one kind, `sent` the start lines of what left', () => {
  const call = new ServerLab('INVITE')
  call.respond(486)
  expect(call.all('sendResponse').map(({ transaction }) => transaction)).toEqual([call.tx])
  expect(call.sent).toEqual(['SIP/2.0 486 Busy Here'])
})

test('the timer values may differ from the RFC’s', () => {
  expect(new Lab({ t1: 100 }).timers.linger).toBe(6_400)
})
