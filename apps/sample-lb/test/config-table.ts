/** The configuration table of the README, made from the schema. */
import { configJsonSchema } from '#src/config/schema.js'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** One row per key: its path, its default, its sentence. */
export function configTable(): string {
  const rows = rowsOf(configJsonSchema(), '')
  return ['| key | default | |', '| --- | --- | --- |', ...rows].join('\n')
}

function rowsOf(schema: Schema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const name = path === '' ? key : `${path}.${key}`
    return [
      `| \`${name}\` | ${defaultOf(child)} | ${child.description ?? ''} |`,
      ...innerRows(child, name),
    ]
  })
}

/** Keys inside: of a map, of a list's items, of the values of a map with free keys, of an alternative. */
function innerRows(schema: Schema, path: string): readonly string[] {
  if (schema.properties !== undefined) return rowsOf(schema, path)
  if (schema.items !== undefined) return innerRows(schema.items, `${path}[]`)
  if (typeof schema.additionalProperties === 'object') {
    return innerRows(schema.additionalProperties, `${path}.*`)
  }
  return (schema.anyOf ?? []).flatMap((alternative) => innerRows(alternative, path))
}

function defaultOf({ default: value }: Schema): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '{}' ? '' : `\`${text.replaceAll('|', '\\|')}\``
}
