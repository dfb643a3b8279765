/** The framework's own floors, which its package does not export: these measures look below its door. */
import type * as Deadlines from '../../packages/framework/dist/transaction/deadlines.js'
import type * as Forward from '../../packages/framework/dist/proxy/forward.js'
import type * as Parse from '../../packages/framework/dist/message/parse.js'
import type * as Serialize from '../../packages/framework/dist/message/serialize.js'
import type * as Via from '../../packages/framework/dist/message/via.js'

export const { parseMessage } = (await floor('message/parse.js')) as typeof Parse
export const { serialize } = (await floor('message/serialize.js')) as typeof Serialize
export const { stampSource } = (await floor('message/via.js')) as typeof Via
export const { addRecordRoute, addVia, copyFor, recordRouteFor, takeOurVia } = (await floor(
  'proxy/forward.js',
)) as typeof Forward
const deadlines = (await floor('transaction/deadlines.js')) as typeof Deadlines

/** A new queue, as the whole stack has one. */
export function newDeadlines(): Deadlines.Deadlines<Timed> {
  return new deadlines.Deadlines<Timed>()
}
export type Timed = Deadlines.Timed

/** From what was compiled of this file to what was compiled of the framework. */
function floor(path: string): Promise<unknown> {
  return import(new URL(`../../../packages/framework/dist/${path}`, import.meta.url).href)
}
