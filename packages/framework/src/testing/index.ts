export { DnsServer, type DnsBehaviour, type DnsQuery } from './dns-server.js'
export { VirtualClock } from '../server/virtual-clock.js'
export {
  ack,
  aliceTag,
  answer,
  bobTag,
  bye,
  cancel,
  invite,
  message,
  ok,
  options,
  register,
  request,
  ringing,
  trying,
  type RequestFields,
  type ResponseFields,
} from './messages.js'
export {
  ClientLab,
  Lab,
  labFlow,
  labHop,
  ServerLab,
  type LabEvent,
  type LabEventKind,
} from './lab.js'
export { SeededChance } from './chance.js'
export { calleeDialog, callerDialog, type Dialog } from './dialog.js'
export { Call, Exchange, type Outcome, type SeenResponse } from './exchange.js'
export {
  faultOf,
  fuzz,
  type FuzzBounds,
  type FuzzFailure,
  type FuzzOutcome,
  type FuzzTarget,
} from './fuzz/fuzz.js'
export { Mutator } from './fuzz/mutator.js'
export { Incoming } from './incoming.js'
export {
  Network,
  type Link,
  type NetworkOptions,
  type StreamFault,
  type TracedMessage,
} from './network.js'
export {
  Phone,
  type Answer,
  type AnswerStep,
  type PhoneOptions,
  type PhoneRequestOptions,
  type SeenRequest,
} from './phone.js'
export { onInvite } from './on-invite.js'
export { testWorkers, type TestWorker } from './workers.js'
