export { type Candidates, type TargetRole } from './candidates.js'
export {
  dispatcherConfig,
  faultOfProbeHeader,
  type DispatcherConfig,
  type DestinationInput,
  type DispatcherInput,
} from './config.js'
export {
  Destination,
  flagBits,
  type AdminState,
  type AdminWord,
  type Counters,
  type DestinationState,
  type ProbePolicy,
} from './destination.js'
export { DestinationSet, type SetCounts } from './destination-set.js'
export {
  formatFault,
  parseDispatcherList,
  type DispatcherList,
  type EntryFault,
  type ListEntry,
  type ListFault,
} from './source/dispatcher-list.js'
export {
  Dispatcher,
  type AdminOptions,
  type DispatcherOptions,
  type EditOptions,
  type ReloadOptions,
  type SelectOptions,
  type SetId,
  type SetOptions,
  type Sets,
  type SetSelection,
} from './dispatcher.js'
export { exclusionOf, formatExclusion, type Exclusion } from './exclusion.js'
export {
  formatExplanation,
  type Candidate,
  type Excluded,
  type Explanation,
  type SetExplanation,
} from './explanation.js'
export { type Mark, type MarkLetter } from './mark.js'
export { Senders, type Sender, type SenderHost, type SenderOptions } from './senders.js'
export { type RequestLike } from './request-like.js'
export { defineProbe, type Probe, type ProbeResult } from './health/define-probe.js'
export { isProbeUrl } from './health/http-probe.js'
export { type Finding } from './health/finding.js'
export {
  Health,
  type DampingPolicy,
  type HealthChange,
  type HealthNews,
  type HoldKind,
} from './health/health.js'
export { type HealthPolicy, type HealthState } from './health/signal.js'
export { type DestinationEvent, type PanicEvent } from './health/overseer.js'
export { PeakEwma } from './health/peak-ewma.js'
export { Latency } from './health/latency.js'
export { type LeaseRecord } from './load/lease.js'
export { type Leases } from './load/leases.js'
export { type Loads } from './load/loads.js'
export { Load } from './load/load.js'
export { type Overload, type OverloadReport } from './load/overload.js'
export { dispatcher } from './plugin.js'
export {
  defineAlgorithm,
  inOrder,
  type Algorithm,
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type SelectorOptions,
  type SelectorSetup,
  type Walk,
} from './select/algorithm.js'
export { kamailioHash } from './select/kamailio/hash.js'
export { callLoad } from './select/call-load.js'
export {
  hashAuthUser,
  hashCallId,
  hashExpression,
  hashFrom,
  hashRuri,
  hashTo,
} from './select/hashes.js'
export { isKeyName, keyNamed, keyNames, type KeyLike, type KeyOf } from './select/key.js'
export { latency } from './select/latency.js'
export { parallel } from './select/parallel.js'
export { peakEwma } from './select/peak-ewma.js'
export { powerOfTwo } from './select/power-of-two.js'
export { random } from './select/random.js'
export { roundRobinOrPriority } from './select/round-robin-or-priority.js'
export { srv } from './select/srv.js'
export { algorithmNames, resolveAlgorithm, type AlgorithmLike } from './select/names.js'
export { priority } from './select/priority.js'
export { roundRobinOverload } from './select/round-robin-overload.js'
export { roundRobin } from './select/round-robin.js'
export { relativeWeight, weight } from './select/weight.js'
export { usabilityChanges } from './health/usability.js'
export {
  formatDifference,
  type Change,
  type DestinationName,
  type SetDifference,
  type SetsDifference,
} from './source/difference.js'
export { type DestinationChange, type Edit } from './source/edits.js'
export { type SourceStatus } from './source/source.js'
export { entryOfRow, readTable } from './source/sql-source.js'
export { isDatabaseUrl, isTableName, withoutSecrets, type Row } from '@sipwright/sql'
