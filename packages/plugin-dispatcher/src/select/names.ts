/**
 * How algorithms are named: by name; by an integer of our published table, which differs from Kamailio's below 4 and
 * at 11; or by Kamailio's own number, `kamailio:<n>`.
 */
import { SipError } from '@sipwright/framework'
import { type Algorithm } from './algorithm.js'
import { callLoad } from './call-load.js'
import { hashAuthUser, hashCallId, hashExpression, hashFrom, hashRuri, hashTo } from './hashes.js'
import {
  kamailio0,
  kamailio1,
  kamailio2,
  kamailio3,
  kamailio5,
  kamailio7,
} from './kamailio/hashes.js'
import { kamailio11, kamailio9 } from './kamailio/weights.js'
import { latency } from './latency.js'
import { parallel } from './parallel.js'
import { peakEwma } from './peak-ewma.js'
import { powerOfTwo } from './power-of-two.js'
import { priority } from './priority.js'
import { random } from './random.js'
import { roundRobinOrPriority } from './round-robin-or-priority.js'
import { roundRobinOverload } from './round-robin-overload.js'
import { roundRobin } from './round-robin.js'
import { srv } from './srv.js'
import { relativeWeight, weight } from './weight.js'

/** How a set or a selection names its algorithm. */
export type AlgorithmLike = string | number | Algorithm

export interface ResolvedAlgorithm {
  readonly algorithm: Algorithm
  /** What start-up says about an integer that Kamailio counts differently. */
  readonly note: string | undefined
}

const byName = new Map(
  [
    ...[roundRobin, priority, weight, relativeWeight, random, srv, roundRobinOrPriority],
    ...[hashCallId, hashFrom, hashTo, hashRuri, hashAuthUser, hashExpression],
    ...[callLoad, powerOfTwo, latency, peakEwma, parallel, roundRobinOverload],
  ].map((each) => [each.name, each]),
)

/** Our table. */
const ours: ReadonlyMap<number, string> = new Map([
  [0, 'hash-from'],
  [1, 'hash-to'],
  [2, 'hash-ruri'],
  [3, 'hash-call-id'],
  [4, 'round-robin'],
  [5, 'hash-auth-user'],
  [6, 'random'],
  [7, 'hash-expression'],
  [8, 'priority'],
  [9, 'weight'],
  [10, 'call-load'],
  [11, 'latency'],
  [12, 'parallel'],
  [64, 'round-robin-overload'],
])

/** What Kamailio means where the numbers differ. */
const kamailioMeans: ReadonlyMap<number, string> = new Map([
  [0, 'hash of Call-ID'],
  [1, 'hash of the From URI'],
  [2, 'hash of the To URI'],
  [3, 'hash of the Request-URI'],
  [11, 'relative weight'],
])

/**
 * Kamailio's numbers: its own hashes and slots as they are, and what ours do as it does or better where it has a fault
 * (10 counts exactly, 12 leaves out the dead, 15 follows every change).
 */
const kamailio: ReadonlyMap<string, Algorithm> = new Map([
  ...[kamailio0, kamailio1, kamailio2, kamailio3, kamailio5, kamailio7, kamailio9, kamailio11].map(
    (each) => [each.name, each] as const,
  ),
  ['kamailio:4', roundRobin],
  ['kamailio:6', random],
  ['kamailio:8', priority],
  ['kamailio:10', callLoad],
  ['kamailio:12', parallel],
  ['kamailio:13', latency],
  ['kamailio:14', roundRobinOrPriority],
  ['kamailio:15', srv],
  ['kamailio:64', roundRobinOverload],
])

/** Written with a colon, as keys are. */
const hashPrefix = 'hash:'

/** The names that exist, in alphabetical order. */
export const algorithmNames: readonly string[] = [...byName.keys(), ...kamailio.keys()].sort()

/** The algorithm of that name or number; throws SIPW_ERR_ALGORITHM_UNKNOWN that names what exists. */
export function resolveAlgorithm(given: AlgorithmLike): ResolvedAlgorithm {
  if (typeof given === 'object') return { algorithm: given, note: undefined }
  const number =
    typeof given === 'number' ? given : /^\d{1,3}$/.test(given) ? Number(given) : undefined
  if (number === undefined)
    return { algorithm: named(String(given), String(given)), note: undefined }
  const name = ours.get(number)
  const shown = name === undefined ? String(number) : `${number} (${name})`
  const algorithm = named(name ?? String(number), shown)
  const meant = kamailioMeans.get(number)
  if (meant === undefined) return { algorithm, note: undefined }
  return {
    algorithm,
    note: `algorithm ${number} is ${algorithm.name}; Kamailio's ${number} is ${meant}`,
  }
}

function named(name: string, shown: string): Algorithm {
  const plain = name.startsWith(hashPrefix) ? `hash-${name.slice(hashPrefix.length)}` : name
  const algorithm = byName.get(plain) ?? kamailio.get(name)
  if (algorithm !== undefined) return algorithm
  throw new SipError('SIPW_ERR_ALGORITHM_UNKNOWN', [shown, algorithmNames.join(', ')])
}
