export { identity, type Identity } from '@sipwright/framework'
export { Acl, type AclEntries } from './acl/acl.js'
export { isGroupName, parseAcl } from './acl/acl-file.js'
export { Auth, type DigestOptions } from './auth.js'
export {
  authConfig,
  isBlock,
  isDomain,
  isIdentityUri,
  isRealm,
  isUserName,
  type AuthConfig,
  type AuthInput,
  type UserFunction,
} from './config.js'
export { digestAlgorithms, ha1, type DigestAlgorithm } from './digest/algorithm.js'
export { AuthEvents, type AuthFailure, type AuthFault, type AuthSuccess } from './events.js'
export { allowFrom, digest } from './middleware.js'
export { auth } from './plugin.js'
export { defaultTrustHeaders } from './trust/trust-headers.js'
export { isHa1, type Account, type AccountInput } from './users/account.js'
export { parseUsers, type UsersFault } from './users/users-file.js'
