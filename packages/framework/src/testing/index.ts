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
