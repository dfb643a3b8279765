export { errors, SipError, type ErrorCode } from './errors.js'
export { type Chance, type Clock, type Log } from './environment.js'
export { hop, type Flow, type Hop, type LocalAddress, type TransportName } from './message/flow.js'
export { SipHeaders } from './message/headers.js'
export { SipRequest, SipResponse, type SipMessage } from './message/message.js'
export {
  parseUri,
  isSipUri,
  formatUri,
  sameUri,
  type SipUri,
  type OtherUri,
  type Uri,
} from './message/uri.js'
export { type Target, type TargetSource } from './proxy/target.js'
export { type Branch, type FailureCause, type RelayOptions } from './proxy/proxy-context.js'
export { familyOf, isNumericAddress, normalizeAddress } from './transport/address.js'
export { CidrList, CidrMap } from './transport/cidr.js'
export { defaultTransportLimits } from './transport/limits.js'
export { streamTransport, type StreamKind } from './transport/stream.js'
export { tcp } from './transport/tcp.js'
export {
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportHost,
  type TransportLimits,
} from './transport/transport.js'
export { udp } from './transport/udp.js'
export { type Handled, type MaybeHandled } from './plugin/handled.js'
export * from './plugin/context.js'
export * from './plugin/plugin.js'
export {
  App,
  createApp,
  type AppOptions,
  type BackendScript,
  type InjectedCall,
  type InjectOptions,
  type InjectRequest,
  type ListenAddress,
  type RouteClass,
} from './server/app.js'
