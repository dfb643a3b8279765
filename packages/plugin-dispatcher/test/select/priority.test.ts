import { expect, test } from '@jest/globals'
import { priority } from '#src/select/priority.js'
import { atWork, destinations, walked } from './rig.js'

test('every request walks the list as it was loaded, the best first', () => {
  const { walk, selector } = atWork(priority, destinations('sip:a', 'sip:b', 'sip:c'))
  expect(walked(walk())).toEqual(['sip:a', 'sip:b', 'sip:c'])
  expect(walked(walk())).toEqual(['sip:a', 'sip:b', 'sip:c'])
  selector.load(destinations('sip:c', 'sip:a'))
  expect(walked(walk())).toEqual(['sip:c', 'sip:a'])
})

test('an empty set yields nobody', () => {
  expect(walked(atWork(priority, []).walk())).toEqual([])
})
