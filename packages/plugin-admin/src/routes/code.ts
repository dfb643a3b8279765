/** New code takes the place of old in every worker: begun over HTTP, and what became of it. */
import { SipError } from '@sipwright/framework'
import { z } from 'zod'
import { type Admin } from '../admin.js'
import { type AdminConfig } from '../config.js'
import { endpoint } from '../http/endpoint.js'
import { whySchema } from './why.js'

export const codeSchema = z
  .object({
    attempts: z.number().int().describe('To run new code, since the program started.'),
    at: z.iso.datetime().nullable().describe('When the last one ended.'),
    faults: z.array(z.string()).describe('Why it failed; the old code serves then.'),
  })
  .meta({ id: 'Code' })

export const codeEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/code',
    id: 'showCode',
    tag: 'settings',
    summary: 'What became of the last attempt to run new code.',
    scope: 'read',
    answer: codeSchema,
    problems: [404],
    handle: ({ admin }) => shown(supervised(admin)),
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/code/reload',
    id: 'reloadCode',
    tag: 'settings',
    summary: 'New processes with the code on disk take the place of all workers.',
    description:
      'It is answered at once, with the state before. `attempts` of `GET /api/v1/code` grows when it has ended. Calls, and what is being set up, notice nothing; connections to this API end.',
    scope: 'admin',
    body: whySchema.optional(),
    status: 202,
    answer: codeSchema,
    problems: [404],
    handle: async (call) => {
      const { admin, body } = call
      const code = supervised(admin)
      const before = shown(code)
      await admin.change(
        call,
        { action: 'code.reload', target: 'code', reason: body?.reason },
        () => before.attempts,
        () => code.swap(),
      )
      return before
    },
  }),
]

type Code = NonNullable<AdminConfig['code']>

function supervised({ config }: Admin): Code {
  if (config.code === undefined) {
    const how = 'that can be swapped here: it takes workers, or supervised: true'
    throw new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['code', how])
  }
  return config.code
}

function shown(code: Code): z.output<typeof codeSchema> {
  const { attempts, at, faults } = code.state()
  return { attempts, at: at === undefined ? null : new Date(at).toISOString(), faults: [...faults] }
}
