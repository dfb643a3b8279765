export { callRecords } from './plugin.js'
export {
  callRecordsConfig,
  webhookConfig,
  type CallRecordsConfig,
  type CallRecordsInput,
} from './config.js'
export { RecordFile } from './record-file.js'
export { type CallAttempt, type CallRecord, type HangUp } from './record.js'
