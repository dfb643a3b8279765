import { expect, test } from '@jest/globals'
import { usabilityChanges } from '#src/health/usability.js'
import { destinations } from '../select/rig.js'

test('becoming usable or not is counted, a change that leaves it usable is not', () => {
  const [one] = destinations('sip:a')
  const changes: number[] = []
  const count = (act: () => void): void => {
    const before = usabilityChanges()
    act()
    changes.push(usabilityChanges() - before)
  }
  count(() => one!.health.force('inactive', 'silent', 1))
  count(() => one!.health.force('inactive', 'silent', 2))
  count(() => one!.health.force('active', 'answered', 3))
  count(() => one!.health.force('trying', 'failed once', 4))
  count(() => (one!.state.admin = 'drain'))
  expect(changes).toEqual([1, 0, 1, 0, 1])
})
