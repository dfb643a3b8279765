import { expect, test } from '@jest/globals'
import { labHop } from '#src/testing/lab.js'
import { request } from '#src/testing/messages.js'
import { nonInviteClientMachine } from '#src/transaction/non-invite-client.js'
import { timersFrom } from '#src/transaction/timers.js'
import { newClient } from '#src/transaction/transaction.js'
import { Waiting } from '#src/transaction/waiting.js'

const timers = timersFrom()
const waitingFor = (address: string) =>
  newClient(
    'non-invite-client',
    nonInviteClientMachine,
    'key',
    request('OPTIONS'),
    labHop('UDP', address),
    false,
    timers,
    undefined,
  )

test('those who wait for a hop are taken out together, in the order they came', () => {
  const waiting = new Waiting()
  const [one, two, three] = [
    waitingFor('192.0.2.1'),
    waitingFor('192.0.2.1'),
    waitingFor('192.0.2.1'),
  ]
  const other = waitingFor('192.0.2.2')
  for (const transaction of [one, two, other, three]) waiting.add(transaction)
  expect(waiting.takeAll(one.hop.key)).toEqual([one, two, three])
  expect(waiting.takeAll(one.hop.key)).toEqual([])
  expect(waiting.takeAll(other.hop.key)).toEqual([other])
  expect(waiting.size).toBe(0)
})

test('one may leave from anywhere in the queue, and twice', () => {
  for (const leaver of [0, 1, 2]) {
    const waiting = new Waiting()
    const all = [waitingFor('192.0.2.1'), waitingFor('192.0.2.1'), waitingFor('192.0.2.1')]
    for (const transaction of all) waiting.add(transaction)
    waiting.remove(all[leaver]!)
    waiting.remove(all[leaver]!)
    expect(waiting.takeAll(all[0]!.hop.key)).toEqual(all.filter((_, index) => index !== leaver))
  }
})

test('of hops that nobody waits for only a thousand are kept, however many strangers have us send to', () => {
  const waiting = new Waiting()
  const steady = waitingFor('192.0.2.1')
  waiting.add(steady)
  for (let index = 0; index < 5_000; index++) {
    const transaction = waitingFor(`10.0.${index >> 8}.${index & 255}`)
    waiting.add(transaction)
    waiting.remove(transaction)
    expect(waiting.hops).toBeLessThanOrEqual(1_000)
  }
  expect(waiting.takeAll(steady.hop.key)).toEqual([steady])
})
