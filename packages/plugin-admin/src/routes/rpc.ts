/** The door for scripts and exporters that know Kamailio: JSON-RPC in Kamailio's shape. */
import { z } from 'zod'
import { includes } from '../access/scope.js'
import { Answer, endpoint } from '../http/endpoint.js'
import { answerRpc, longestBatch, RpcFault, rpcRequest, rpcResponse } from '../rpc/json-rpc.js'
import { rpcMethods } from '../rpc/methods.js'

export const rpcEndpoints = [
  endpoint({
    method: 'POST',
    path: '/RPC',
    id: 'rpc',
    tag: 'rpc',
    summary: 'Kamailio’s commands, answered in Kamailio’s shape.',
    description:
      'Each command needs a scope of its own: read, operate or admin. What goes wrong is told as JSON-RPC does, and by Kamailio’s HTTP status.',
    scope: 'read',
    body: z.union([rpcRequest, z.array(rpcRequest).min(1).max(longestBatch)]),
    // In words that JSON-RPC has for it.
    validates: true,
    // What `curl -d` and old scripts say of JSON.
    mediaTypes: ['application/x-www-form-urlencoded', 'application/json-rpc', 'text/json'],
    answer: z.union([rpcResponse, z.array(rpcResponse)]),
    handle: async (call) => {
      const { admin, body, principal, source } = call
      const answer = await answerRpc(body, (name, params) => {
        const method = rpcMethods.get(name)
        if (method === undefined) return new RpcFault(500, 'Method Not Found')
        if (!includes(principal.scope, method.scope)) {
          return new RpcFault(403, `${name} needs scope ${method.scope}`)
        }
        return method.run(params.map(textOf), { admin, principal, source })
      })
      if (!('error' in answer) || answer.error === undefined) return answer
      const { code } = answer.error
      return new Answer(answer, {
        status: code > 0 ? code : 400,
        headers: { 'content-type': 'application/json' },
      })
    },
  }),
]

/** Numbers may come as texts, and texts as numbers. */
function textOf(param: unknown): string {
  return typeof param === 'string' ? param : JSON.stringify(param)
}
