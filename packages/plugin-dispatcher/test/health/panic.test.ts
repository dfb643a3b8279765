import { expect, test } from '@jest/globals'
import { panicOf } from '#src/health/panic.js'
import { dispatching } from '../rig.js'

/** `a` active · `i` found inactive · `m` marked inactive · `d` drained · `b` busy, behind a number its priority. */
async function wellnessOf(states: string, percent = 50) {
  const { dispatcher } = await dispatching({
    sets: {
      1: {
        destinations: states.split(' ').map((state, index) => ({
          uri: `sip:${index}`,
          priority: Number(state.slice(1)),
        })),
      },
    },
    probe: { threshold: 1 },
  })
  const { destinations } = dispatcher.sets()[0]!
  for (const [index, state] of states.split(' ').entries()) {
    const destination = destinations.find(({ uri }) => uri === `sip:${index}`)!
    const { health } = destination
    if (state.startsWith('i')) health.failed('silent', 1)
    if (state.startsWith('m')) health.force('inactive', 'marked', 1)
    if (state.startsWith('b')) health.hold('busy', 'asked', 9, 1)
    if (state.startsWith('d')) destination.state.admin = 'drain'
  }
  return panicOf(destinations, percent)
}

test.each([
  ['a0 i0', 50, undefined],
  ['a0 i0 i0', 50, { well: 1, of: 3 }],
  ['i0', 50, { well: 0, of: 1 }],
  ['i0', 0, undefined],
  // Nobody's word is a suspicion: neither counted nor ignored.
  ['a0 d0 d0 m0 b0', 50, undefined],
  ['d0 m0', 50, undefined],
  // One priority that is well enough carries the set.
  ['i3 i2 a1', 50, undefined],
  ['i3 i2 i1', 50, { well: 0, of: 1 }],
])('%s at %i %%: %j', async (states, percent, expected) => {
  expect(await wellnessOf(states, percent)).toEqual(expected)
})
