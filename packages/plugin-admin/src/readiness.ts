/** Whether new calls should come here: what a load balancer or Kubernetes asks. */
import { type Host } from '@sipwright/framework'
import { type Dispatcher } from '@sipwright/plugin-dispatcher'
import { type AdminConfig } from './config.js'

export interface Readiness {
  readonly ready: boolean
  /** Why not; empty if it is. */
  readonly reasons: readonly string[]
}

export function readiness(
  host: Pick<Host, 'figures'>,
  dispatcher: Dispatcher | undefined,
  { unready, requiredSets }: Pick<AdminConfig, 'unready' | 'requiredSets'>,
): Readiness {
  const { draining, listeners } = host.figures()
  const reasons: string[] = []
  if (listeners.length === 0) reasons.push('nothing is listened to')
  const said = unready?.()
  if (said !== undefined) reasons.push(said)
  else if (draining) reasons.push('draining: new requests are refused')
  if (dispatcher !== undefined) reasons.push(...unservedSets(dispatcher, requiredSets))
  return { ready: reasons.length === 0, reasons }
}

function unservedSets(
  dispatcher: Dispatcher,
  required: readonly string[] | undefined,
): readonly string[] {
  const sets = dispatcher.sets()
  if (required === undefined) {
    const some = sets.length === 0 || sets.some(({ id }) => dispatcher.isActive(id))
    return some ? [] : ['no set has a usable destination']
  }
  return required
    .filter((id) => !dispatcher.exists(id) || !dispatcher.isActive(id))
    .map((id) => `set ${id} has no usable destination`)
}
