/** What routes compose by `@Use(digest(…), allowFrom(…))`. */
import { defineMiddleware, type Middleware } from '@sipwright/framework'
import { Acl, SenderList } from './acl/acl.js'
import { Auth, type DigestOptions } from './auth.js'

const digestWith = defineMiddleware<Auth, DigestOptions>({
  name: 'digest',
  service: Auth,
  create: (auth, options) => auth.guard({ methods: ['*'], ...options }),
})

/** Asks for digest credentials whoever is not trusted. Options replace those of the plugin's configuration. */
export function digest(options: DigestOptions = {}): Middleware {
  return digestWith(options)
}

const allowFromAny = defineMiddleware<Acl, readonly string[]>({
  name: 'allowFrom',
  service: Acl,
  create: (acl, given) => {
    const senders = new SenderList(given, acl)
    return (ctx) => (senders.has(ctx.source) ? undefined : ctx.refuse(403))
  },
})

/** Lets in who sends from these blocks, from a group of the access list, or as `peer:<name in the certificate>`; else 403. */
export function allowFrom(...senders: readonly string[]): Middleware {
  return allowFromAny(senders)
}
