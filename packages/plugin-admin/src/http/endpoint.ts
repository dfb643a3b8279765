/** One path of the API: what it takes, what it answers, who may ask. Validation, routes and OpenAPI are made from it. */
import { type z } from 'zod'
import { type Admin } from '../admin.js'
import { type AdminConfig } from '../config.js'
import { type Principal, type Scope } from '../access/scope.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a handler is given. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  readonly admin: Admin
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Who asks; an open endpoint is asked by anybody. */
  readonly principal: Principal
  /** The address that it came from. */
  readonly source: string
  /** The revision that the caller has seen, if it said so. */
  readonly ifMatch: string | undefined
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What a handler answers, if that is not simply the body with the endpoint's status. */
export class Answer {
  readonly body: unknown
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    body: unknown,
    {
      status,
      headers = {},
    }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.body = body
    this.status = status
    this.headers = headers
  }
}

export interface Endpoint {
  readonly method: Method
  /** As OpenAPI writes it: `/api/v1/dispatcher/sets/{set}`. */
  readonly path: string
  /** Names it in OpenAPI, and in generated clients. */
  readonly id: string
  readonly tag: string
  readonly summary: string
  readonly description?: string | undefined
  /** What the caller needs; undefined: nothing. */
  readonly scope: Scope | undefined
  /** Whether a configuration lets anybody ask all the same. */
  readonly isOpen?: ((config: AdminConfig) => boolean) | undefined
  readonly params?: z.ZodObject | undefined
  readonly query?: z.ZodObject | undefined
  readonly body?: z.ZodType | undefined
  /** The handler validates the body, and says in words of its own what is wrong with it. */
  readonly validates?: boolean | undefined
  /** Further media types that its JSON may come as. */
  readonly mediaTypes?: readonly string[] | undefined
  /** It takes If-Match. */
  readonly ifMatch?: boolean | undefined
  /** Of success. 204: no body. */
  readonly status: number
  /** Of the body of success; undefined: there is none. */
  readonly answer?: z.ZodType | undefined
  /** Of another media type than JSON. */
  readonly mediaType?: string | undefined
  /** Statuses besides the ones that every endpoint has. */
  readonly problems: readonly number[]
  readonly handle: (call: Call) => unknown
}

interface Definition<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
> extends Omit<Endpoint, 'params' | 'query' | 'body' | 'handle' | 'status' | 'problems'> {
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** Default: 200, or 204 without an answer. */
  readonly status?: number
  readonly problems?: readonly number[]
  readonly handle: (call: Call<z.output<Params>, z.output<Query>, z.output<Body>>) => unknown
}

/** An endpoint whose handler knows the types of what its schemas let through. */
export function endpoint<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
>(definition: Definition<Params, Query, Body>): Endpoint {
  const { handle, answer, mediaType, status, problems = [] } = definition
  const empty = answer === undefined && mediaType === undefined
  return {
    ...definition,
    status: status ?? (empty ? 204 : 200),
    problems,
    // The server has validated all three by the schemas above.
    handle: handle as Endpoint['handle'],
  }
}
