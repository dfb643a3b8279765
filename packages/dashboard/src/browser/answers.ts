/** What the API answers: the types of plugin-admin's schemas, under the names that views use. */
import type { Answers } from '@sipwright/plugin-admin'

export type { Stats } from '@sipwright/plugin-admin'
export type ActionsAnswer = Answers['listActions']
export type AuditAnswer = Answers['listAudit']
export type BansAnswer = Answers['listBans']
export type CallsAnswer = Answers['listCalls']
export type DestinationAnswer = Answers['destination']
export type ExplanationAnswer = Answers['explain']
export type HistoryAnswer = Answers['history']
export type LimitsAnswer = Answers['listLimits']
export type ProbeAnswer = Answers['probe']
export type Problem = Answers['problem']
export type SessionAnswer = Answers['session']
export type SetAnswer = Answers['set']
export type SetsAnswer = Answers['listSets']
export type TraceAnswer = Answers['trace']
export type TraceEntry = TraceAnswer['entries'][number]
export type TracesAnswer = Answers['listTraces']
export type StatusAnswer = Answers['status']
