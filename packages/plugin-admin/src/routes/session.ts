/** Browsers log in with a token, and are known by a cookie from then on. */
import { SipError } from '@sipwright/framework'
import { z } from 'zod'
import { sessionIdIn } from '../access/sessions.js'
import { scopes } from '../access/scope.js'
import { Answer, endpoint } from '../http/endpoint.js'

export const sessionSchema = z
  .object({
    name: z.string(),
    scope: z.enum(scopes),
    by: z.enum(['token', 'session', 'loopback']),
    csrfToken: z
      .string()
      .nullable()
      .describe('Of a session: goes into `X-CSRF-Token` of whatever changes something.'),
    until: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Session' })

const credentials = z
  .strictObject({ token: z.string().min(1).max(512) })
  .meta({ id: 'Credentials' })

export const sessionEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/session',
    id: 'login',
    tag: 'session',
    summary: 'Logs a browser in: answers a cookie and the token that goes with changes.',
    scope: undefined,
    body: credentials,
    status: 201,
    answer: sessionSchema,
    problems: [401, 429],
    handle: async ({ admin, body, source }) => {
      const owner = await admin.keyring.find(body.token, source)
      if (owner === undefined) throw new SipError('SIPW_ERR_ADMIN_TOKEN')
      const { session, id } = admin.sessions.open(owner)
      const { name, scope, csrfToken, until } = session
      admin.host.log.info({ who: name, source }, 'an operator has logged in')
      return new Answer(
        { name, scope, by: 'session', csrfToken, until: admin.times.date(until) },
        { headers: { 'set-cookie': admin.sessions.cookie(id) } },
      )
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/session',
    id: 'whoami',
    tag: 'session',
    summary: 'Who asks, and what he may do.',
    scope: 'read',
    answer: sessionSchema,
    handle: ({ admin, principal, headers }) => {
      const id = principal.by === 'session' ? sessionIdIn(headers['cookie'] as string) : undefined
      const session = id === undefined ? undefined : admin.sessions.find(id)
      return {
        ...principal,
        csrfToken: session?.csrfToken ?? null,
        until: session === undefined ? null : admin.times.date(session.until),
      }
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/api/v1/session',
    id: 'logout',
    tag: 'session',
    summary: 'Ends the session.',
    scope: 'read',
    handle: ({ admin, principal, headers }) => {
      const id = principal.by === 'session' ? sessionIdIn(headers['cookie'] as string) : undefined
      if (id !== undefined) admin.sessions.end(id)
      return new Answer(undefined, { headers: { 'set-cookie': admin.sessions.cookie() } })
    },
  }),
]
