import { expect, test } from '@jest/globals'
import { SeededChance, invite } from '@sipwright/framework/testing'
import { resolveAlgorithm } from '#src/select/names.js'
import { type Preview } from '#src/select/algorithm.js'
import { destinations, walked } from './rig.js'

const algorithms = ['round-robin', 'priority', 'weight', 'hash-call-id']

test.each(algorithms)(
  '%s: a preview names what the next walk yields, and moves nothing',
  (name) => {
    const chance = new SeededChance(7)
    const draw = (below: number): number => Math.floor(chance.random() * below)
    const loaded = destinations(
      ...Array.from({ length: 7 }, (_, n) => ({
        uri: `sip:gateway-${n}`,
        priority: n % 3,
        weight: [0, 1, 1, 2, 5, 5, 9][n]!,
      })),
    )
    const { algorithm } = resolveAlgorithm(name)
    const [watched, unwatched] = [algorithm.start({ chance }), algorithm.start({ chance })]
    for (const selector of [watched, unwatched]) selector.load(loaded)
    for (let call = 0; call < 2_000; call++) {
      if (draw(5) === 0) {
        const destination = loaded[draw(7)]!
        const state = destination.usable ? 'inactive' : 'active'
        destination.health.force(state, 'drawn', call)
        watched.preview?.({ request: invite(), now: call })
      }
      const ctx = { request: invite({ callId: `call-${draw(500)}` }), now: call }
      const previews = [watched.preview!(ctx), watched.preview!(ctx)]
      expect(ids(previews[1]!)).toEqual(ids(previews[0]!))
      const order = walked(watched.select(ctx))
      expect(order.filter(usable)).toEqual(ids(previews[0]!).filter(usable))
      expect(walked(unwatched.select(ctx))).toEqual(order)
    }

    function usable(id: string): boolean {
      return loaded.find((each) => each.id === id)!.usable
    }
  },
)

function ids({ order }: Preview): string[] {
  return order.map(({ destination }) => destination.id)
}
