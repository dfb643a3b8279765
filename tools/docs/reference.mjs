// The reference: pages made of what the programs say of themselves, so that nobody has to keep them up to date.
import 'reflect-metadata'
import { createApp, definePlugin } from '@sipwright/framework'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { endpoints, openApi } from '@sipwright/plugin-admin'
import { rateLimiting } from '@sipwright/plugin-ratelimit'
import { z } from 'zod'
import { configTable } from '../../apps/sample-lb/test/dist/config-table.js'
import { sipwright } from '../../packages/cli/dist/program.js'
import { Metrics } from '../../packages/plugin-admin/dist/metrics/metrics.js'

/** By name on the site, the text of each page. */
export async function referencePages() {
  return new Map([
    ['reference/configuration.md', configurationPage()],
    ['reference/commands.md', commandsPage()],
    ['reference/rest.md', restPage()],
    ['reference/metrics.md', await metricsPage()],
  ])
}

/** The table of keys, cut where another section begins. */
function configurationPage() {
  const [head, rule, ...rows] = configTable().split('\n')
  const sections = new Map()
  for (const row of rows) {
    const [, name] = /^\| `([a-zA-Z]+)/.exec(row)
    sections.set(name, [...(sections.get(name) ?? []), row])
  }
  const parts = [...sections].map(
    ([name, of]) => `## ${name}\n\n${[head, rule, ...of].join('\n')}\n`,
  )
  return `# Configuration

Keys of the load balancer's \`lb.yaml\`. \`sipwright schema\` prints them as JSON Schema for editors, \`sipwright check lb.yaml\` says what is wrong in a file.
\`[]\` is each item of a list, \`*\` each key of a map; durations are \`500ms\`, \`2s\`, \`5m\`, \`1h\`.

${parts.join('\n')}`
}

function commandsPage() {
  const parts = leavesOf(sipwright(), [])
    .filter(({ command }) => command.description() !== '')
    .map(({ command, names }) => {
      const name = names.join(' ')
      const options = command.options.map(({ flags, description, defaultValue, mandatory }) => {
        const usual = defaultValue === undefined ? '' : `\`${defaultValue}\``
        return `| \`${cell(flags)}\` | ${mandatory ? 'required' : usual} | ${cell(description)} |\n`
      })
      const table = `| option | default | |\n| --- | --- | --- |\n${options.join('')}`
      const usage = command.usage().replace(/^\[options\] ?/, '')
      return `## ${name}\n\n${escaped(sentence(command.description()))}\n\n\`\`\`\n${`${name} ${usage}`.trim()}\n\`\`\`\n\n${options.length > 0 ? table : ''}`
    })
  return `# Commands\n\n[What they are for, and their exit statuses](/packages/cli.md).\n\n${parts.join('\n')}`
}

function leavesOf(command, before) {
  const names = [...before, command.name()]
  if (command.commands.length === 0) return [{ command, names }]
  return command.commands.flatMap((each) => leavesOf(each, names))
}

function restPage() {
  const { paths, components } = openApi(endpoints, '')
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  )
  const tags = [...new Set(operations.map(({ tags: [tag] }) => tag))]
  const parts = tags.map((tag) => {
    const of = operations.filter(({ tags: [own] }) => own === tag)
    return `## ${tag}\n\n${of.map((each) => operationPart(each)).join('\n')}`
  })
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `### ${name}\n\n${schemaTable(schema)}`,
  )
  return `# REST

The description for programs is at \`/api/v1/openapi.json\` of every edge (OpenAPI 3.1). [Who may do what](/packages/plugin-admin.md#who-may-do-what).
Faults are \`application/problem+json\` (RFC 9457).

${parts.join('\n')}
## Schemas

${schemas.join('\n')}`
}

function operationPart({ path, method, summary, description, parameters, requestBody, responses }) {
  const rows = parameters.map(
    ({ name, in: place, required, description: about = '', schema }) =>
      `| \`${name}\` | ${place}${required ? ', required' : ''} | ${typeOf(schema)} | ${cell(about)} |\n`,
  )
  const body = requestBody?.content['application/json'].schema
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content = {} }]) => {
      const [mediaType] = Object.keys(content)
      if (mediaType === undefined) return status
      if (mediaType !== 'application/json') return `${status}, \`${mediaType}\``
      return `${status}, ${typeOf(content[mediaType].schema)}`
    })
  return [
    `### ${method.toUpperCase()} ${path}\n\n${escaped(summary)} ${escaped(description ?? '')}\n`,
    rows.length > 0 ? `| parameter | | | |\n| --- | --- | --- | --- |\n${rows.join('')}` : '',
    body === undefined
      ? ''
      : body.$ref
        ? `Body: ${typeOf(body)}\n`
        : `Body:\n\n${schemaTable(body)}`,
    `Answer: ${answers.join('; ')}\n`,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function schemaTable(schema) {
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, { description = '', ...type }]) =>
      `| \`${name}\`${schema.required?.includes(name) ? '' : ' (may be absent)'} | ${typeOf(type)} | ${cell(description)} |\n`,
  )
  if (rows.length === 0) return `${typeOf(schema)}\n`
  return `| key | | |\n| --- | --- | --- |\n${rows.join('')}`
}

/** A schema in a few words. */
function typeOf(schema) {
  if (schema === undefined) return ''
  if (schema.$ref) {
    const name = schema.$ref.slice('#/components/schemas/'.length)
    return `[${name}](#${name.toLowerCase()})`
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum) return schema.enum.map((each) => `\`${each}\``).join(', ')
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return alternatives.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items) || 'anything'}`
  if (schema.type === 'object' && schema.properties) {
    return `{ ${Object.keys(schema.properties)
      .map((name) => `\`${name}\``)
      .join(', ')} }`
  }
  if (schema.type === 'object') return `map of ${typeOf(schema.additionalProperties) || 'anything'}`
  return [schema.type ?? 'anything'].flat().join(' or ')
}

/** What a balancer tells that has had one call. */
async function metricsPage() {
  let metrics
  const reading = definePlugin({
    name: 'reading',
    config: z.strictObject({}),
    setup(host) {
      metrics = new Metrics(host, '')
      host.use((ctx) => ctx.relay(host.resolve(Dispatcher).select('1', ctx)))
    },
    requires: ['dispatcher'],
  })
  const quiet = { error() {}, warn() {}, info() {}, debug() {} }
  const destination = 'sip:192.0.2.1'
  const app = await createApp({
    plugins: [
      dispatcher({ sets: { 1: { destinations: [destination] } }, probe: { intervalMs: 0 } }),
      rateLimiting({ flood: {} }),
      reading({}),
    ],
    routes: [],
    log: quiet,
  })
  try {
    await app.inject({ method: 'INVITE', uri: 'sip:a@b' }, { backends: { [destination]: 200 } })
    const rows = metrics.families().map(({ name, type, help, merge, samples }) => {
      const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))]
      const shown = labels.map((label) => `\`${label}\``).join(', ')
      return `| \`sipwright_${name}\` | ${type} | ${shown} | ${cell(help)} | ${merges.get(merge)} |\n`
    })
    return `# Metrics

What \`/metrics\` tells. A label is missing here where a balancer that has had one call has no series yet.
[What they mean together](/packages/plugin-admin.md#metrics), [dashboard and alerts](/runbook/index.md).

| name | | labels | | of several workers |
| --- | --- | --- | --- | --- |
${rows.join('')}`
  } finally {
    metrics.close()
    await app.close()
  }
}

const merges = new Map([
  ['sum', 'the sum'],
  ['own', 'what all know'],
  ['max', 'the highest'],
])

function sentence(text) {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}

function cell(text) {
  return escaped(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** No program of the page; tags are none on this site. */
function escaped(text) {
  return text.replaceAll('{{', '&#123;&#123;')
}
