/**
 * JSON-RPC 2.0 as Kamailio's module jsonrpcs speaks it: errors have Kamailio's codes and texts, a single one is the HTTP
 * status, too, and a request without an id is answered. Several at once are answered in their order.
 */
import { SipError } from '@sipwright/framework'
import { z } from 'zod'

export const rpcRequest = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    method: z.string().min(1).max(100),
    params: z.array(z.unknown()).max(100).optional(),
    id: z.union([z.string(), z.number(), z.null()]).optional(),
  })
  .meta({ id: 'RpcRequest' })

export const rpcResponse = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    result: z.unknown().optional(),
    error: z.object({ code: z.number().int(), message: z.string() }).optional(),
    id: z.union([z.string(), z.number(), z.null()]).optional(),
  })
  .meta({ id: 'RpcResponse' })

/** Requests of one message at most. */
export const longestBatch = 50

export type RpcResponse = z.output<typeof rpcResponse>

/** What a method says has gone wrong, in Kamailio's words. */
export class RpcFault {
  readonly code: number
  readonly message: string

  constructor(code: number, message: string) {
    this.code = code
    this.message = message
  }
}

export const invalidParameters = new RpcFault(500, 'Invalid Parameters')

/** Runs one method; what it returns is the result, unless that is a fault. */
export type RpcRun = (method: string, params: readonly unknown[]) => unknown

/** The answers to a body: one, or those of a batch. */
export async function answerRpc(
  body: unknown,
  run: RpcRun,
): Promise<RpcResponse | readonly RpcResponse[]> {
  if (!Array.isArray(body)) return answerOne(body, run)
  if (body.length === 0 || body.length > longestBatch) return failed(null, invalidRequest)
  const answers: RpcResponse[] = []
  // One after the other: a script may add first, and list then.
  for (const each of body) answers.push(await answerOne(each, run))
  return answers
}

async function answerOne(body: unknown, run: RpcRun): Promise<RpcResponse> {
  const parsed = rpcRequest.safeParse(body)
  if (!parsed.success) return failed(null, invalidRequest)
  const { method, params = [], id } = parsed.data
  try {
    const result = await run(method, params)
    if (result instanceof RpcFault) return failed(id, result)
    return { jsonrpc: '2.0', result, ...(id !== undefined && { id }) }
  } catch (error) {
    // What is refused says why; anything else is for the log of whoever called.
    if (error instanceof SipError) return failed(id, new RpcFault(500, error.message))
    throw error
  }
}

const invalidRequest = new RpcFault(-32600, 'Invalid Request')

function failed(id: string | number | null | undefined, { code, message }: RpcFault): RpcResponse {
  return { jsonrpc: '2.0', error: { code, message }, ...(id !== undefined && { id }) }
}
