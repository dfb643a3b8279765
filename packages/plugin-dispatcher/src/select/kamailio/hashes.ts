/** Kamailio's 0 to 3, 5 and 7: its hash modulo the number of destinations. A change of the list moves most keys. */
import { isSipUri, type Uri } from '@sipwright/framework'
import { type Algorithm, defineAlgorithm, type SelectContext, type Selector } from '../algorithm.js'
import { authUser, keyNamed, requestUriOf, uriIn } from '../key.js'
import { RoundRobin } from '../round-robin.js'
import { kamailioHash } from './hash.js'
import { Slots } from './slots.js'

export const kamailio0 = defineAlgorithm(
  'kamailio:0',
  () => new Slots(({ request }, count) => kamailioHash(request.callId) % count),
)

export const kamailio1 = uriHash('kamailio:1', ({ request }) => uriIn(request, 'From'))

export const kamailio2 = uriHash('kamailio:2', ({ request }) => uriIn(request, 'To'))

export const kamailio3 = uriHash('kamailio:3', ({ request }) => requestUriOf(request))

export const kamailio5 = defineAlgorithm('kamailio:5', () => new AuthUser())

export const kamailio7 = defineAlgorithm('kamailio:7', ({ key = 'call-id' }) => {
  const keyOf = keyNamed(key)
  return new Slots((ctx, count) => {
    const text = (ctx.key ?? keyOf(ctx))?.trim()
    return text === undefined || text === '' ? undefined : kamailioHash(text) % count
  })
})

function uriHash(name: string, uriOf: (ctx: SelectContext) => Uri | undefined): Algorithm {
  return defineAlgorithm(
    name,
    ({ userOnly = false }) =>
      new Slots((ctx, count) => {
        const uri = uriOf(ctx)
        return uri === undefined ? undefined : hashOfUri(uri, userOnly) % count
      }),
  )
}

/** User and host, with the port where it is not the default. §1.4 of what was measured: no case is folded. */
function hashOfUri(uri: Uri, userOnly: boolean): number {
  if (!isSipUri(uri)) return kamailioHash(uri.rest)
  const standard = uri.scheme === 'sips' ? 5061 : 5060
  const port = uri.port === undefined || uri.port === standard ? '' : `:${uri.port}`
  const place = uri.host + port
  return userOnly && uri.user !== undefined
    ? kamailioHash(uri.user)
    : kamailioHash(uri.user ?? '', place)
}

/** The user of the credentials; in turn without any. */
class AuthUser implements Selector {
  readonly #slots = new Slots((ctx, count) => kamailioHash(authUser(ctx) ?? '') % count)
  readonly #turns = new RoundRobin()

  load(destinations: Parameters<Selector['load']>[0]): void {
    this.#slots.load(destinations)
    this.#turns.load(destinations)
  }

  select(ctx: SelectContext): ReturnType<Selector['select']> {
    return authUser(ctx) === undefined ? this.#turns.select(ctx) : this.#slots.select(ctx)
  }

  preview(ctx: SelectContext): ReturnType<Slots['preview']> {
    return authUser(ctx) === undefined ? this.#turns.preview(ctx) : this.#slots.preview(ctx)
  }
}
