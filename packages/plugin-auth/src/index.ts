export { AuthEvents, type AuthFailure, type AuthFault, type AuthSuccess } from './events.js'
export { identity, type Identity } from '@sipwright/framework'
