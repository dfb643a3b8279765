/**
 * The destination that is likely to respond soonest: how long it takes to its first response, times the calls that wait
 * for one. A slow answer counts at once, a fast one little by little, so a destination that gets into trouble is left at
 * once and tried again with care. Ringing time is the callee's and does not count.
 */
import { type Destination } from '../destination.js'
import { defineAlgorithm } from './algorithm.js'
import { LeastCost } from './least-cost.js'

/** Milliseconds of waiting for each unit of weight, with the call to come. */
function expectedWait({ responseTime, load, effectiveWeight }: Destination, now: number): number {
  if (effectiveWeight === 0) return Infinity
  return (responseTime.at(now) * (load.pending + 1)) / effectiveWeight
}

export const peakEwma = defineAlgorithm('peak-ewma', ({ timeResponses }) => {
  timeResponses?.()
  return new LeastCost(expectedWait, 'expected wait in ms', true)
})
