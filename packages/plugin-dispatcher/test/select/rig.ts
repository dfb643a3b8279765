/** Destinations and an algorithm at work on them: what the tests of algorithms start from. */
import { type SipRequest } from '@sipwright/framework'
import { invite, SeededChance } from '@sipwright/framework/testing'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { Destination } from '#src/destination.js'
import {
  type Algorithm,
  type SelectContext,
  type SelectorOptions,
  type Walk,
} from '#src/select/algorithm.js'

export type Given = NonNullable<
  NonNullable<DispatcherInput['sets']>[string]['destinations']
>[number]

export function destinations(...given: readonly Given[]): Destination[] {
  const config = dispatcherConfig.parse({ sets: { 1: { destinations: [...given] } } })
  return config.sets['1']!.destinations.map(
    (each) => new Destination('1', each, config.probe, undefined, 0),
  )
}

/** `sip:a` with weight 50, and so on. */
export function weighted(weights: Readonly<Record<string, number>>): Destination[] {
  return destinations(
    ...Object.entries(weights).map(([name, weight]) => ({ uri: `sip:${name}`, id: name, weight })),
  )
}

export function down(...each: readonly (Destination | undefined)[]): void {
  for (const destination of each) destination?.health.force('inactive', 'silent', 1)
}

/** Everything that a walk yields, by id. */
export function walked(walk: Walk): string[] {
  const ids: string[] = []
  for (let each = walk.next(); each !== undefined; each = walk.next()) ids.push(each.id)
  return ids
}

/** An algorithm at work. */
export function atWork(
  algorithm: Algorithm,
  loaded: readonly Destination[],
  options: SelectorOptions = {},
) {
  const selector = algorithm.start({ chance: new SeededChance(1), ...options })
  selector.load(loaded)
  const contextOf = (callId = 'a84b4c76e66710', request = invite({ callId })): SelectContext => ({
    request,
    now: 0,
  })
  const walk = (callId?: string, request?: SipRequest): Walk =>
    selector.select(contextOf(callId, request))
  /** The first choice of so many requests. */
  const choices = (count: number): (string | undefined)[] =>
    Array.from({ length: count }, () => walk().next()?.id)
  return { selector, walk, choices, contextOf }
}

/** How often each was chosen. */
export function shares(chosen: readonly (string | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const id of chosen) counts[String(id)] = (counts[String(id)] ?? 0) + 1
  return counts
}

/** Has all the calls that it may have, as far as `maxLoad` says. */
export function full(destination: Destination | undefined): void {
  if (destination !== undefined) destination.load.calls = destination.maxLoad
}
