import { expect, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { endpoints } from '#src/endpoints.js'
import { openApi } from '#src/http/openapi.js'

test('the description is valid OpenAPI 3.1, and has every path', async () => {
  const document = openApi(endpoints, '1.0.0')
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
  const paths = document['paths'] as Record<string, Record<string, object>>
  for (const { path, method, id } of endpoints) {
    expect(paths[path]?.[method.toLowerCase()]).toMatchObject({ operationId: id })
  }
})

test('every operation has a name of its own', () => {
  const ids = endpoints.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every schema that is referred to is there', () => {
  const document = openApi(endpoints, '1.0.0')
  const { schemas } = document['components'] as { schemas: Record<string, unknown> }
  const text = JSON.stringify(document)
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    expect(Object.keys(schemas)).toContain(name)
  }
  expect(text).not.toContain('$defs')
})
