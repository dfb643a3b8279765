/** What goes wrong, as RFC 9457 says it: problem+json. */
import { type ErrorCode, SipError } from '@sipwright/framework'
import { z } from 'zod'

export const problemType = 'application/problem+json'

export const problemSchema = z
  .object({
    type: z.string().describe('`urn:sipwright:error:<code>`, or about:blank.'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().optional().describe('From docs/errors.md.'),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe('What is wrong with the input, key by key.'),
  })
  .meta({ id: 'Problem' })

export type Problem = z.output<typeof problemSchema>

/** One key of an input, and what was expected there. */
export interface InputFault {
  readonly path: string
  readonly message: string
}

const titles = new Map<number, string>([
  ...([
    [400, 'Bad Request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'Not Found'],
    [405, 'Method Not Allowed'],
    [409, 'Conflict'],
    [412, 'Precondition Failed'],
    [413, 'Content Too Large'],
    [415, 'Unsupported Media Type'],
    [422, 'Unprocessable Content'],
    [429, 'Too Many Requests'],
    [500, 'Internal Server Error'],
    [501, 'Not Implemented'],
    [502, 'Bad Gateway'],
    [503, 'Service Unavailable'],
  ] as const),
])

export function problem(
  status: number,
  detail: string,
  code?: string,
  errors?: readonly InputFault[],
): Problem {
  return {
    type: code === undefined ? 'about:blank' : `urn:sipwright:error:${code}`,
    title: titles.get(status) ?? 'Error',
    status,
    detail,
    ...(code !== undefined && { code }),
    ...(errors !== undefined && { errors: [...errors] }),
  }
}

/** An error of ours as HTTP sees it; undefined: not one that the caller can do anything about. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof SipError)) return undefined
  const status = statuses.get(error.code)
  return status === undefined ? undefined : problem(status, error.message, error.code)
}

/** The HTTP status of each code that an operator's request can bring about. */
const statuses = new Map<ErrorCode, number>([
  ['SIPW_ERR_ADMIN_ABSENT', 404],
  ['SIPW_ERR_ADMIN_BUSY', 503],
  ['SIPW_ERR_ADMIN_CSRF', 403],
  ['SIPW_ERR_ADMIN_INPUT', 400],
  ['SIPW_ERR_ADMIN_ORIGIN', 403],
  ['SIPW_ERR_ADMIN_RATE', 429],
  ['SIPW_ERR_ADMIN_SCOPE', 403],
  ['SIPW_ERR_ADMIN_TOKEN', 401],
  ['SIPW_ERR_ADMIN_UNKNOWN', 404],
  ['SIPW_ERR_ALGORITHM_UNKNOWN', 400],
  ['SIPW_ERR_KEY_UNKNOWN', 400],
  ['SIPW_ERR_DESTINATION_EXISTS', 409],
  ['SIPW_ERR_DESTINATION_INVALID', 422],
  ['SIPW_ERR_DESTINATION_UNKNOWN', 404],
  ['SIPW_ERR_DISPATCHER_FILE', 502],
  ['SIPW_ERR_DISPATCHER_LIST', 422],
  ['SIPW_ERR_DISPATCHER_SOURCE', 502],
  ['SIPW_ERR_HEADER_INJECTION', 400],
  ['SIPW_ERR_MALFORMED_URI', 400],
  ['SIPW_ERR_PLUGIN_CONFIG', 422],
  ['SIPW_ERR_SET_REVISION', 412],
  ['SIPW_ERR_SET_UNKNOWN', 404],
  ['SIPW_ERR_TLS_FILE', 422],
])
