/** What the program lets operators do besides: buttons of its own, such as those of the demo. */
import { SipError } from '@sipwright/framework'
import { z } from 'zod'
import { endpoint } from '../http/endpoint.js'
import { whySchema } from './why.js'

const tag = 'actions'

export const actionListSchema = z.object({
  actions: z.array(
    z
      .object({
        name: z.string(),
        title: z.string().describe('What stands on its button.'),
        summary: z.string().describe('What it does.'),
      })
      .meta({ id: 'Action' }),
  ),
})

export const actionEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/actions',
    id: 'listActions',
    tag,
    summary: 'What the program lets operators do besides.',
    scope: 'read',
    answer: actionListSchema,
    handle: ({ admin }) => ({
      actions: admin.config.actions.map(({ name, title, summary }) => ({ name, title, summary })),
    }),
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/actions/{name}',
    id: 'runAction',
    tag,
    summary: 'Does one of them.',
    scope: 'operate',
    params: z.object({ name: z.string().min(1).max(64) }),
    body: whySchema.optional(),
    answer: z.object({ said: z.string().describe('What became of it.') }),
    problems: [404],
    handle: async (call) => {
      const { admin, params, body } = call
      const action = admin.config.actions.find(({ name }) => name === params.name)
      if (action === undefined)
        throw new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['action', params.name])
      const { name } = action
      const said = await admin.change(
        call,
        { action: 'action.run', target: name, reason: body?.reason },
        () => null,
        () => action.run(),
      )
      return { said }
    },
  }),
]
