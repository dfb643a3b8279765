/** What destinations are at in all workers together: each counts the calls that it serves. */
import { type Destination, type Dispatcher } from '@sipwright/plugin-dispatcher'
import { type Admin } from './admin.js'

/** Plain numbers of one destination in one worker. */
export interface DestinationLoad {
  readonly calls: number
  readonly pending: number
  readonly selected: number
  readonly attempts: number
  readonly failedByResponse: number
  readonly failedByNoResponse: number
  readonly failedByTransport: number
}

/** By set and id, as JSON carries it. */
export type Loads = readonly (readonly [set: string, id: string, load: DestinationLoad])[]

export const loadsQuestion = 'loads'

/** Those of this worker. */
export function ownLoads(dispatcher: Dispatcher | undefined): Loads {
  const destinations = dispatcher?.sets().flatMap((set) => set.destinations) ?? []
  return destinations.map((each) => [each.setId, each.id, loadOf(each)])
}

/** The sum over all workers that answer. */
export async function summedLoads(admin: Admin): Promise<(of: Destination) => DestinationLoad> {
  const others = await admin.colleagues.hear<Loads>(loadsQuestion)
  const sums = new Map<string, DestinationLoad>()
  for (const [set, id, load] of others.flat()) {
    const name = `${set}\n${id}`
    const before = sums.get(name)
    sums.set(name, before === undefined ? load : added(before, load))
  }
  return (destination) => {
    const others = sums.get(`${destination.setId}\n${destination.id}`)
    const own = loadOf(destination)
    return others === undefined ? own : added(own, others)
  }
}

function loadOf({ load: { calls, pending }, counters }: Destination): DestinationLoad {
  const { selected, attempts, failedByResponse, failedByNoResponse, failedByTransport } = counters
  return {
    ...{ calls, pending, selected, attempts },
    ...{ failedByResponse, failedByNoResponse, failedByTransport },
  }
}

function added(one: DestinationLoad, other: DestinationLoad): DestinationLoad {
  return {
    calls: one.calls + other.calls,
    pending: one.pending + other.pending,
    selected: one.selected + other.selected,
    attempts: one.attempts + other.attempts,
    failedByResponse: one.failedByResponse + other.failedByResponse,
    failedByNoResponse: one.failedByNoResponse + other.failedByNoResponse,
    failedByTransport: one.failedByTransport + other.failedByTransport,
  }
}
