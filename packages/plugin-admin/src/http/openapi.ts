/** The description of the API, made of the same schemas that validate. OpenAPI 3.1 */
import { z } from 'zod'
import { type Endpoint } from './endpoint.js'
import { problemSchema, problemType } from './problem.js'

type Json = Record<string, unknown>

/** The document for these endpoints. */
export function openApi(endpoints: readonly Endpoint[], version: string): Json {
  const components = new Components()
  const problem = components.schema(problemSchema, 'output')
  const paths: Record<string, Json> = {}
  for (const each of endpoints) {
    const path = (paths[each.path] ??= {})
    path[each.method.toLowerCase()] = operation(each, components, problem)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'sipwright',
      version,
      description: 'Looks into a running sipwright edge, and changes it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'sipwright_session' },
      },
    },
  }
}

function operation(endpoint: Endpoint, components: Components, problem: Json): Json {
  const { id, tag, summary, description, scope, body, ifMatch } = endpoint
  const needed = scope === undefined ? undefined : `Needs scope \`${scope}\`.`
  const text = [description, needed].filter((each) => each !== undefined).join(' ')
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(text !== '' && { description: text }),
    ...(scope === undefined ? { security: [] } : { security: [{ token: [] }, { session: [] }] }),
    parameters: [
      ...parameters(endpoint.params, 'path', components),
      ...parameters(endpoint.query, 'query', components),
      ...(ifMatch === true ? [ifMatchParameter] : []),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: components.schema(body, 'input') } },
      },
    }),
    responses: responses(endpoint, components, problem),
  }
}

const ifMatchParameter: Json = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The revision that was seen: another one in force refuses the change with 412.',
  schema: { type: 'string' },
}

function parameters(
  schema: z.ZodObject | undefined,
  place: 'path' | 'query',
  components: Components,
): Json[] {
  if (schema === undefined) return []
  return Object.entries(schema.shape).map(([name, value]) => {
    const { description, ...rest } = components.schema(value as z.ZodType, 'input')
    const required = place === 'path' || !(value as z.ZodType).safeParse(undefined).success
    return {
      ...{ name, in: place, required },
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function responses(endpoint: Endpoint, components: Components, problem: Json): Json {
  const { status, answer, mediaType = 'application/json', problems, scope } = endpoint
  const schema = answer === undefined ? { type: 'string' } : components.schema(answer, 'output')
  const success =
    status === 204
      ? { description: 'Done.' }
      : { description: 'Done.', content: { [mediaType]: { schema } } }
  const takesInput =
    endpoint.params !== undefined || endpoint.query !== undefined || endpoint.body !== undefined
  const refusals = new Set([
    ...(takesInput ? [400] : []),
    ...(scope === undefined ? [] : [401, 429]),
    ...(endpoint.ifMatch === true ? [412] : []),
    ...[403, 500],
    ...problems,
  ])
  return Object.fromEntries([
    [String(status), success],
    ...[...refusals]
      .sort()
      .map((refusal) => [
        String(refusal),
        { description: 'A problem.', content: { [problemType]: { schema: problem } } },
      ]),
  ]) as Json
}

/** Schemas with a name, once each. */
class Components {
  readonly schemas: Record<string, Json> = {}

  /** A reference to a schema that has a name, or the schema itself. */
  schema(schema: z.ZodType, io: 'input' | 'output'): Json {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
    const { $schema: _schema, $defs = {}, ...rest } = made
    for (const [name, definition] of Object.entries($defs as Record<string, Json>)) {
      this.#add(name, definition)
    }
    const name = rest['id']
    if (typeof name !== 'string') return pointed(rest)
    this.#add(name, rest)
    return { $ref: `#/components/schemas/${name}` }
  }

  #add(name: string, { id: _id, ...definition }: Json): void {
    this.schemas[name] = pointed(definition)
  }
}

/** With references that lead to the components. */
function pointed(schema: Json): Json {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(text) as Json
}
