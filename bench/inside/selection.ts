/** What choosing a destination costs, by algorithm and number of destinations. */
import { type SelectContext } from '@sipwright/plugin-dispatcher'
import {
  algorithmNames,
  DestinationSet,
  dispatcherConfig,
  flagBits,
} from '@sipwright/plugin-dispatcher'
import { invite, SeededChance } from '@sipwright/framework/testing'
import { type Spread } from '../statistics.js'
import { costOf, type CostOptions } from './cost.js'

export interface SelectionOptions extends CostOptions {
  readonly counts: readonly number[]
}

export interface SelectionFigure {
  readonly algorithm: string
  readonly destinations: number
  /** Every third destination is inactive. */
  readonly someDead: boolean
  /** Of one selection, up to its first usable choice. */
  readonly nanoseconds: Spread
}

export function measureSelection(options: SelectionOptions): readonly SelectionFigure[] {
  const contexts = manyContexts()
  return algorithms().flatMap((algorithm) =>
    [false, true].flatMap((someDead) =>
      options.counts.map((destinations) => {
        const set = setOf(algorithm, destinations, someDead)
        const nanoseconds = costOf((times) => select(set, contexts, times), options)
        return { algorithm, destinations, someDead, nanoseconds }
      }),
    ),
  )
}

/** Kamailio's numbers are other names of the same ones, but for its own hash, hundred slots and relative weights. */
function algorithms(): readonly string[] {
  const own = ['kamailio:0', 'kamailio:9', 'kamailio:11']
  return algorithmNames.filter((name) => !name.startsWith('kamailio:') || own.includes(name))
}

/** As the plugin does it for each request. */
function select(set: DestinationSet, contexts: readonly SelectContext[], times: number): void {
  for (let time = 0; time < times; time++) {
    const walk = set.select(contexts[time & (contexts.length - 1)]!)
    let destination = walk.next()
    while (destination !== undefined && !destination.usable) destination = walk.next()
    if (destination === undefined) throw new Error('no destination was chosen')
  }
}

function setOf(algorithm: string, count: number, someDead: boolean): DestinationSet {
  const destinations = Array.from({ length: count }, (_, index) => ({
    uri: `sip:10.${index >> 8}.${index & 255}.1:5060`,
    priority: 0,
    // Among two the first is alive, as among all others.
    flags: someDead && index % 3 === 1 ? flagBits.inactive : 0,
    weight: 1 + (index % 7),
    attrs: {},
    probe: {},
  }))
  const { probe } = dispatcherConfig.parse({ probe: { mode: 'none' } })
  const set = new DestinationSet({ id: 'bench', algorithm, destinations }, probe, undefined, 0, {
    chance: new SeededChance(1),
  })
  set.activate()
  return set
}

/** Calls that differ in what a hash may look at. */
function manyContexts(): readonly SelectContext[] {
  return Array.from({ length: 512 }, (_, index) => {
    const request = invite({
      callId: `${index * 7_919}-a84b4c76e66710@pc33.atlanta.com`,
      fromTag: `f${index}`,
      uri: `sip:bob${index}@biloxi.com`,
    })
    return { request, now: 0 }
  })
}
