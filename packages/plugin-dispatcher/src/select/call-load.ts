/**
 * The destination with the fewest calls in progress for its weight; equal ones in turn, full ones left out. Kamailio's 10,
 * without its script: calls are leases, which end by themselves.
 */
import { type Destination } from '../destination.js'
import { defineAlgorithm } from './algorithm.js'
import { LeastCost } from './least-cost.js'

/** Calls for each unit of weight, the one to come included: with it, an idle destination of twice the weight goes first. */
export function callsPerWeight({ load, effectiveWeight }: Destination): number {
  return effectiveWeight === 0 ? Infinity : (load.calls + 1) / effectiveWeight
}

export const callLoad = defineAlgorithm(
  'call-load',
  () => new LeastCost(callsPerWeight, 'calls per weight, with the one to come', true),
)
