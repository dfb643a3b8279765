/** A dispatcher on virtual time, by its configuration. */
import { type TargetSource } from '@sipwright/framework'
import { SeededChance, VirtualClock, invite } from '@sipwright/framework/testing'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { Dispatcher } from '#src/dispatcher.js'
import { Senders } from '#src/senders.js'
import { type Edit } from '#src/source/edits.js'
import { type SetsSource, Sources } from '#src/source/sources.js'

const ignore = (): void => undefined
export const quiet = { error: ignore, warn: ignore, info: ignore, debug: ignore }

/** `first`: what the given configuration names, where it is not the configuration that says so. */
export async function dispatching(input: DispatcherInput, first?: SetsSource) {
  const clock = new VirtualClock()
  const config = dispatcherConfig.parse(input)
  const edited: Edit[] = []
  const dispatcher = new Dispatcher({
    config,
    sourceOf: (given) =>
      given === config && first !== undefined ? first : new Sources(given, { clock, log: quiet }),
    log: quiet,
    clock,
    chance: new SeededChance(1),
    edited: (edits) => edited.push(...edits),
    senders: new Senders({ clock, locate: () => [] }),
  })
  await dispatcher.reload()
  const ctx = (callId = 'a84b4c76e66710', cseq = 1) => ({
    request: invite({ callId, cseq }),
    now: clock.now(),
  })
  return { clock, dispatcher, ctx, edited }
}

/** Every target in its order. */
export function tried(source: TargetSource): string[] {
  const uris: string[] = []
  for (let target = source.next(); target !== undefined; target = source.next()) {
    uris.push(target.uri)
  }
  return uris
}
