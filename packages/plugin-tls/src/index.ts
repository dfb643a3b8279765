export { tlsConfig, type TlsConfig, type TlsInput } from './config.js'
export { Credentials } from './credentials.js'
export { faultOfIdentity, identitiesOf } from './identity.js'
export { tls } from './plugin.js'
