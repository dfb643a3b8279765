/** What is asked of a system: the traffic, and the policy that it needs for it. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Workload {
  /** For tables: what one of them is. */
  readonly unit: 'call' | 'request'
  readonly transport: 'udp' | 'tcp'
  /** The file of the caller's scenario, and of the backends'. */
  readonly caller: string
  readonly backend: string
  /** The user of the Request-URI; empty: the balancer itself is asked. */
  readonly user: string
  /** The balancer refuses REGISTER itself, instead of forwarding it. */
  readonly refusesRegister: boolean
  /** How long an answered call lasts, in ms. */
  readonly holdMs: number
}

/** INVITE, 100, 180, 200, ACK, BYE, 200. */
export const callsOverUdp: Workload = {
  unit: 'call',
  transport: 'udp',
  caller: scenario('caller'),
  backend: scenario('backend'),
  user: 'service',
  refusesRegister: false,
  holdMs: 100,
}

/** The path of a scenario: they stand beside the sources, not beside what was compiled from them. */
export function scenario(name: string): string {
  const dist = dirname(dirname(fileURLToPath(import.meta.url)))
  return join(dist, '..', 'scenarios', `${name}.xml`)
}
