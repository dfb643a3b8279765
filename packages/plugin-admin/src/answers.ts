/** What the API answers, for those who ask in TypeScript: the types of the schemas that describe and validate it. */
import { type z } from 'zod'
import { type problemSchema } from './http/problem.js'
import { type actionListSchema } from './routes/actions.js'
import { type auditListSchema } from './routes/audit.js'
import { type callListSchema, type callSchema } from './routes/calls.js'
import { type destinationSchema, type setSchema } from './routes/destination.js'
import {
  type differenceSchema,
  type editListSchema,
  type explanationSchema,
  type probeSchema,
  type setListSchema,
} from './routes/dispatcher.js'
import { type codeSchema } from './routes/code.js'
import { type historySchema } from './routes/history.js'
import { type banListSchema, type banSchema, type limitListSchema } from './routes/security.js'
import { type sessionSchema } from './routes/session.js'
import { type configReloadSchema } from './routes/settings.js'
import { type statusSchema } from './routes/status.js'
import { type shownTrace, type traceListSchema } from './routes/traces.js'

/** By the operation that it answers, or what it is. */
export interface Answers {
  readonly problem: z.output<typeof problemSchema>
  readonly status: z.output<typeof statusSchema>
  readonly listSets: z.output<typeof setListSchema>
  readonly set: z.output<typeof setSchema>
  readonly destination: z.output<typeof destinationSchema>
  readonly difference: z.output<typeof differenceSchema>
  readonly explain: z.output<typeof explanationSchema>
  readonly listEdits: z.output<typeof editListSchema>
  readonly probe: z.output<typeof probeSchema>
  readonly listCalls: z.output<typeof callListSchema>
  readonly call: z.output<typeof callSchema>
  readonly listBans: z.output<typeof banListSchema>
  readonly ban: z.output<typeof banSchema>
  readonly listLimits: z.output<typeof limitListSchema>
  readonly listActions: z.output<typeof actionListSchema>
  readonly listAudit: z.output<typeof auditListSchema>
  readonly code: z.output<typeof codeSchema>
  readonly history: z.output<typeof historySchema>
  readonly session: z.output<typeof sessionSchema>
  readonly listTraces: z.output<typeof traceListSchema>
  readonly trace: z.output<typeof shownTrace>
  readonly configReload: z.output<typeof configReloadSchema>
}
