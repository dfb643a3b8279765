export { type Principal, type Scope, scopes } from './access/scope.js'
export { type Answers } from './answers.js'
export { createToken, hashToken, isTokenHash, shortestToken } from './access/token-hash.js'
export { type AuditEntry } from './audit.js'
export {
  adminConfig,
  isLoopback,
  type AdminConfig,
  type AdminInput,
  type CodeState,
  type ConfigReload,
} from './config.js'
export { endpoints } from './endpoints.js'
export { Events, type Topic, topics } from './events.js'
export { type Endpoint } from './http/endpoint.js'
export { openApi } from './http/openapi.js'
export { type Problem } from './http/problem.js'
export { AdminServer } from './http/server.js'
export { type Stats } from './publishing.js'
export { rpcMethods, type RpcMethod } from './rpc/methods.js'
export { admin } from './plugin.js'
