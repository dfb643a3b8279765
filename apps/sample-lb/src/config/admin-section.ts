/** The section `admin`, and what the plugin makes of it. */
import { dashboardFolder } from '@sipwright/dashboard'
import {
  type AdminInput,
  isLoopback,
  isTokenHash,
  scopes,
  shortestToken,
} from '@sipwright/plugin-admin'
import { isIP } from 'node:net'
import { z } from 'zod'
import { isHostName, parseHostPort } from './address.js'
import { secretOf } from './secret.js'

const expectedListen = 'a numeric address and a port, such as 127.0.0.1:8088 or [::1]:8088'
const expectedToken = 'a token, its hash, env:<name> or file:<path>'
const expectedName = 'a name of letters, digits and _ . @ -'
const flag = z.boolean({ error: 'true or false' })

const token = z.strictObject({
  name: z
    .string({ error: expectedName })
    .regex(/^[\w.@-]{1,64}$/, { error: expectedName })
    .describe('Who it is for: what the audit says.'),
  token: z
    .string({ error: expectedToken })
    .min(1, { error: expectedToken })
    .describe(`The token, ${shortestToken} characters or more; or its scrypt hash.`),
  scope: z
    .enum(scopes, { error: 'read, operate or admin' })
    .default('read')
    .describe('read looks; operate also drains, enables, bans; admin also changes sets.'),
})

export const admin = z
  .strictObject({
    listen: z
      .string({ error: expectedListen })
      .refine((text) => placeOf(text) !== undefined, { error: expectedListen })
      .default('127.0.0.1:8088')
      .describe('Where HTTP is served; not of this machine alone: only with tokens.'),
    tokens: z
      .array(token, { error: 'a list of tokens' })
      .default([])
      .describe('Who may do what. None: who reaches the loopback address may do everything.'),
    hosts: z
      .array(
        z.string({ error: 'a host name' }).refine(isHostName, {
          error: 'a host name such as edge.example.com',
        }),
        { error: 'a list of host names' },
      )
      .default([])
      .describe('Names under which it may be asked besides localhost and numbers.'),
    openMetrics: flag.default(false).describe('/metrics without a token.'),
    dashboard: flag.default(true).describe('The dashboard under /, for browsers.'),
    requiredSets: z
      .array(z.union([z.string(), z.number()]).transform(String), { error: 'a list of sets' })
      .optional()
      .describe(
        'Not ready while one of them has no usable destination. Absent: while all have none.',
      ),
  })
  .optional()
  .describe('REST, /metrics, /livez and /readyz over HTTP; absent = off.')

/** What the section says. */
export type AdminSection = z.output<typeof admin>

/** What the plugin is configured with; undefined: it is off. Throws for a secret that cannot be read. */
export function adminOptions(section: AdminSection, directory: string): AdminInput | undefined {
  if (section === undefined) return undefined
  const { listen, tokens, hosts, openMetrics, dashboard, requiredSets } = section
  const { host, port } = placeOf(listen)!
  return {
    ...{ address: host, port, hosts, openMetrics },
    tokens: tokens.map((each) => ({ ...each, token: secretOf(each.token, directory) })),
    ...(dashboard && { assets: dashboardFolder }),
    ...(requiredSets !== undefined && { requiredSets }),
  }
}

/** One thing that is wrong with the section, or undefined. */
export function faultOfAdmin(
  section: AdminSection,
  directory: string,
): { readonly path: readonly (string | number)[]; expected: string; found: string } | undefined {
  if (section === undefined) return undefined
  const { host } = placeOf(section.listen)!
  if (section.tokens.length === 0 && !isLoopback(host)) {
    const found = `${host}, which other machines reach, and no token`
    return { path: ['admin', 'listen'], expected: 'a loopback address, or tokens', found }
  }
  const names = section.tokens.map(({ name }) => name)
  for (const [index, { name, token: given }] of section.tokens.entries()) {
    const path = ['admin', 'tokens', index, 'token']
    if (names.indexOf(name) < index) {
      return { path: [...path.slice(0, 3), 'name'], expected: 'each name once', found: name }
    }
    let secret: string
    try {
      secret = secretOf(given, directory)
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error)
      return { path, expected: 'a secret that can be read', found }
    }
    if (isTokenHash(secret)) continue
    const expected = `a token of ${shortestToken} characters or more without spaces`
    if (secret.length < shortestToken) return { path, expected, found: `one of ${secret.length}` }
    if (/\s/.test(secret)) return { path, expected, found: 'one with spaces' }
  }
  return undefined
}

function placeOf(text: string): { readonly host: string; readonly port: number } | undefined {
  const place = parseHostPort(text)
  if (place?.port === undefined || isIP(place.host) === 0) return undefined
  return { host: place.host, port: place.port }
}
