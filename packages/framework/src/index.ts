export { errors, SipError, type ErrorCode } from './errors.js'
export { type Chance, type Clock, type Log } from './environment.js'

export { hop, type Flow, type Hop, type LocalAddress, type TransportName } from './message/flow.js'
export { type CSeq } from './message/cseq.js'
export { SipHeaders } from './message/headers.js'
export { HeaderNames } from './message/header-name.js'
export { isRegisteredStatus, reasonPhrase } from './message/reason.js'
export { defaultMessageLimits, type MessageLimits } from './message/limits.js'
export { SipRequest, SipResponse, type SipMessage } from './message/message.js'
export { parseNameAddr, type NameAddr } from './message/name-addr.js'
export { type Params } from './message/params.js'
export {
  formatUri,
  isSipUri,
  parseUri,
  sameUri,
  type OtherUri,
  type SipUri,
  type Uri,
} from './message/uri.js'
export { type Via } from './message/via.js'

export { Deadlines, type Timed } from './transaction/deadlines.js'
export { type Timers } from './transaction/timers.js'
export { type Target, type TargetSource } from './proxy/target.js'
export { type Branch, type FailureCause, type RelayOptions } from './proxy/proxy-context.js'
export { CidrList, CidrMap, parseCidr } from './transport/cidr.js'
export {
  familyOf,
  isNumericAddress,
  localAddressOf,
  normalizeAddress,
  sourceOf,
} from './transport/address.js'
export { DnsClient, type DnsClientOptions } from './transport/dns-client.js'
export { isKeptBack } from './transport/descriptors.js'
export { defaultTransportLimits } from './transport/limits.js'
export { QueueShare, SendQueues } from './transport/send-queues.js'
export { Resolver, type ResolverOptions } from './transport/resolve.js'
export { streamTransport, type StreamKind } from './transport/stream.js'
export { tcp } from './transport/tcp.js'
export {
  type Inherited,
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportHost,
  type TransportLimits,
} from './transport/transport.js'
export { udp } from './transport/udp.js'
export { listenError, reasonOf, unreachableError } from './transport/unreachable.js'

export { contextKey, type ContextKey } from './plugin/context-key.js'
export { identity, type Identity } from './plugin/identity.js'
export {
  type Answering,
  type Admission,
  type AdmissionContext,
  type AnyContext,
  type AttemptContext,
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type FailureContext,
  type ReplyContext,
  type ReplyHeaders,
  type RequestContext,
  type ResponseContext,
  type Source,
  type TargetLike,
} from './plugin/context.js'
export {
  type ArrivingRequest,
  type ArrivingResponse,
  type Boundary,
  type DepartingRequest,
  type DepartingResponse,
} from './plugin/boundary.js'
export { type Figures, type PluginCounters } from './plugin/figures.js'
export { type Handled, type MaybeHandled } from './plugin/handled.js'
export {
  defineMiddleware,
  type Middleware,
  type MiddlewareDefinition,
  type MiddlewareFunction,
} from './plugin/middleware.js'
export {
  definePlugin,
  type Host,
  type OutgoingRequest,
  type OutgoingResult,
  type Plugin,
  type PluginDefinition,
} from './plugin/plugin.js'
export { type MessageObserver, type Recipient } from './plugin/observer.js'
export { serviceToken, type ServiceToken } from './plugin/service.js'
export { type Workers } from './plugin/workers.js'
export { type ZoneLookUp, type ZonePort } from './plugin/zone.js'

export {
  App,
  createApp,
  type AppOptions,
  type ListenAddress,
  type RouteClass,
} from './server/app.js'
export { logOutput, type LogOutput } from './server/log-output.js'
export { WatchedText, type WatchedTextOptions } from './server/watched-text.js'
export { type WorkerApp, type SeatAddress, type WorkerSeat } from './server/worker-seat.js'
export { inject } from './server/container.js'
export { RateTable, type RateOptions } from './server/rate-table.js'
export { type Counters } from './server/counters.js'
export {
  OnBranch,
  OnCancel,
  OnDialogRequest,
  OnFailure,
  OnRequest,
  OnResponse,
  Routes,
  Use,
} from './server/decorators.js'
export {
  type BackendScript,
  type InjectedBranch,
  type InjectedCall,
  type InjectOptions,
  type InjectRequest,
} from './server/inject.js'

export { startWorkers, type WorkerGroup, type WorkersOptions } from './workers/start-workers.js'
export { isWorker, joinWorkers, type Worker } from './workers/worker.js'
