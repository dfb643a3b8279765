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
  /** How long an answered call lasts, in ms. */
  readonly holdMs: number
  /** The balancer refuses REGISTER itself, instead of forwarding it. */
  readonly refusesRegister: boolean
  /** A system that can forward OPTIONS without a transaction does. */
  readonly stateless: boolean
  /** Every call comes from a port of its own, as from many phones; else all from one, as from a carrier. */
  readonly manySources: boolean
}

/** INVITE, 100, 180, 200, ACK, BYE, 200. */
export const callsOverUdp: Workload = {
  unit: 'call',
  transport: 'udp',
  caller: scenario('caller'),
  backend: scenario('backend'),
  holdMs: 100,
  refusesRegister: false,
  stateless: false,
  manySources: false,
}

/** The same, over TCP on both sides. */
export const callsOverTcp: Workload = { ...callsOverUdp, transport: 'tcp' }

/** The same over UDP, every call from a port of its own. */
export const callsOfMany: Workload = { ...callsOverUdp, manySources: true }

/** OPTIONS to the balancer itself, answered by it: 200. */
export const optionsToUs: Workload = {
  ...callsOverUdp,
  ...{ unit: 'request', caller: scenario('options-own'), backend: scenario('options-backend') },
}

/** OPTIONS through the balancer to a backend. */
export const optionsThrough: Workload = {
  ...optionsToUs,
  ...{ caller: scenario('options-through'), stateless: true },
}

/** REGISTER, refused by the balancer: no rule of its routing takes it. */
export const registerRefused: Workload = {
  ...callsOverUdp,
  ...{ unit: 'request', caller: scenario('register-404'), backend: scenario('register-backend') },
  refusesRegister: true,
}

/** REGISTER as the sample's default treats it: forwarded, and refused by the backend. */
export const registerForwarded: Workload = {
  ...registerRefused,
  ...{ caller: scenario('register-403'), refusesRegister: false },
}

/** The path of a scenario: they stand beside the sources, not beside what was compiled from them. */
function scenario(name: string): string {
  const dist = dirname(dirname(fileURLToPath(import.meta.url)))
  return join(dist, '..', 'scenarios', `${name}.xml`)
}
