/**
 * Kamailio's 13: the highest priority that is left when latency is taken off it; equal ones in turn. Priority is the
 * latency in milliseconds that a destination may have before it loses: by each multiple of it, one. Latency is the
 * estimate from probes; without any, by priority.
 */
import { type Destination } from '../destination.js'
import { defineAlgorithm } from './algorithm.js'
import { LeastCost } from './least-cost.js'

/** What is left of its priority. */
export function remainingPriority({ priority, latency }: Destination): number {
  // Kamailio reckons in whole milliseconds.
  const estimate = Math.floor(latency.estimate)
  if (priority <= 0 || estimate <= priority) return priority
  return Math.max(1, priority - Math.floor(estimate / priority))
}

export const latency = defineAlgorithm(
  'latency',
  () => new LeastCost((destination) => -remainingPriority(destination), 'less than no priority'),
)
