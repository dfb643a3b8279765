import { defineAlgorithm, inOrder, type Destination } from '@sipwright/plugin-dispatcher'

const cost = ({ attrs }: Destination): number => Number(attrs.get('cost') ?? 0)

export const leastCost = defineAlgorithm('least-cost', () => {
  let cheapest: readonly Destination[] = []
  return {
    load(destinations) {
      cheapest = destinations.toSorted((a, b) => cost(a) - cost(b))
    },
    select: () => inOrder(cheapest),
    preview: () => ({
      order: cheapest.map((destination) => ({ destination, score: cost(destination) })),
      score: 'cost; least first',
    }),
  }
})
