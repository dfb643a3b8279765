/**
 * The same destination for the same key of the request, by weighted rendezvous (rendezvous.ts). A request without the key is
 * hashed by its Call-ID, so that it, too, has one destination; one without credentials goes in turn, as in Kamailio.
 */
import { type Algorithm, defineAlgorithm } from './algorithm.js'
import { authUser, keyNamed, type KeyLike } from './key.js'
import { Rendezvous } from './rendezvous.js'
import { RoundRobin } from './round-robin.js'

/** The dialog: all requests of a call. */
export const hashCallId = hashOf('hash-call-id', 'call-id', 'call-id')

/** The caller. `userOnly`: whatever domain. */
export const hashFrom = hashOf('hash-from', 'from', 'from.user')

/** The callee as the caller names it. */
export const hashTo = hashOf('hash-to', 'to', 'to.user')

/** The callee as routing left it. */
export const hashRuri = hashOf('hash-ruri', 'ruri', 'ruri.user')

/** Who has authenticated, or says so; in turn while nobody does. */
export const hashAuthUser = defineAlgorithm(
  'hash-auth-user',
  ({ boundedLoad }) => new Rendezvous(authUser, boundedLoad, new RoundRobin()),
)

/** The set's `key`, or the selection's. */
export const hashExpression = defineAlgorithm(
  'hash-expression',
  ({ key = 'call-id', boundedLoad }) => new Rendezvous(keyNamed(key), boundedLoad),
)

function hashOf(name: string, key: KeyLike, ofUser: KeyLike): Algorithm {
  return defineAlgorithm(
    name,
    ({ userOnly, boundedLoad }) =>
      new Rendezvous(keyNamed(userOnly === true ? ofUser : key), boundedLoad),
  )
}
