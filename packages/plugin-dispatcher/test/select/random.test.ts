import { expect, test } from '@jest/globals'
import { random } from '#src/select/random.js'
import { atWork, destinations, down, shares } from './rig.js'

test('4b.10: 4,000 calls on four spread by chance (χ², p > 0.001); the share of a dead one goes to all others', () => {
  const loaded = destinations('sip:a', 'sip:b', 'sip:c', 'sip:d')
  const { choices } = atWork(random, loaded)
  const counts = Object.values(shares(choices(4_000)))
  expect(counts).toHaveLength(4)
  const chi = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
  // Three degrees of freedom.
  expect(chi).toBeLessThan(16.27)
  down(loaded[1])
  const survivors = shares(choices(4_000))
  expect(Object.keys(survivors).toSorted()).toEqual(['sip:a', 'sip:c', 'sip:d'])
  for (const count of Object.values(survivors)) expect(Math.abs(count - 1_333)).toBeLessThan(110)
})
