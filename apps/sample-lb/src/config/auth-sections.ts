/** The sections `acl` and `auth`, what is wrong with what they point to, and what the plugin makes of them. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SipError } from '@sipwright/framework'
import {
  type AuthInput,
  digestAlgorithms,
  isBlock,
  isDomain,
  isGroupName,
  isHa1,
  isIdentityUri,
  isRealm,
  isUserName,
  parseAcl,
  parseUsers,
} from '@sipwright/plugin-auth'
import { isDatabaseUrl, isTableName } from '@sipwright/plugin-dispatcher'
import { z } from 'zod'
import { databaseUrl } from './database-url.js'
import { duration, durationOrOff } from './duration.js'
import { type Fault, quote, reasonOf } from './fault.js'
import { isSecretName, secretOf } from './secret.js'
import { type KeyPath } from './yaml-file.js'

const text = (expected: string) => z.string({ error: expected }).min(1, { error: expected })
const flag = z.boolean({ error: 'true or false' })
const count = (minimum: number) => {
  const error = `a whole number from ${String(minimum)}`
  return z.number({ error }).int({ error }).min(minimum, { error })
}

const expectedBlock = 'an address, or a block such as 192.0.2.0/24'
const blocks = z.array(
  z.string({ error: expectedBlock }).refine(isBlock, { error: expectedBlock }),
  { error: 'a list of addresses and blocks' },
)

const methods = (expected: string) =>
  z.array(text('a SIP method, or *'), { error: `a list of ${expected}` })

export const acl = z
  .strictObject({
    allow: blocks
      .default([])
      .describe('Who may send requests; empty = everyone. Backends always may.'),
    deny: blocks.default([]).describe('Who may not; stronger than `allow`.'),
    groups: z
      .record(z.string().refine(isGroupName, { error: 'letters, digits and hyphens' }), blocks, {
        error: 'a map of names and lists',
      })
      .default({})
      .describe('Blocks by name, for `auth.trusted` and for `allowFrom` in routes.'),
    file: text('the path of a file')
      .optional()
      .describe(
        'More of them, one a line: `allow <block>`, `deny <block>`, `<group> <block>`; watched.',
      ),
    action: z
      .enum(['drop', 'refuse'], { error: 'drop or refuse' })
      .default('drop')
      .describe('Silence before anything is read, or 403.'),
  })
  .prefault({})
  .describe('Who may talk to the balancer at all, by address.')

const hashOf = (algorithm: (typeof digestAlgorithms)[number]) => {
  const error = `the hexadecimal digits of ${algorithm}, env:<name> or file:<path>`
  return z
    .string({ error })
    .refine((value) => isSecretName(value) || isHa1(value, algorithm), { error })
    .optional()
}

const user = z
  .strictObject({
    password: text('a password, env:<name> or file:<path>').optional().describe('May be env:NAME.'),
    ha1: z
      .strictObject({
        'SHA-256': hashOf('SHA-256').describe('The hash of user:realm:password.'),
        'SHA-512-256': hashOf('SHA-512-256').describe('The same.'),
        MD5: hashOf('MD5').describe('The same.'),
      })
      .optional()
      .describe('Hashes instead of the password.'),
    uri: text('a SIP URI')
      .refine(isIdentityUri, { error: 'a SIP URI' })
      .optional()
      .describe('What backends are told: P-Asserted-Identity. Absent: the user at `domain`.'),
  })
  .refine(({ password, ha1 }) => password !== undefined || ha1 !== undefined, {
    error: 'a password, or ha1',
  })

export const auth = z
  .strictObject({
    realm: text('one line of text')
      .refine(isRealm, { error: 'one line of text' })
      .describe('What users are asked for a password of.'),
    domain: text('a host name')
      .refine(isDomain, { error: 'a host name' })
      .optional()
      .describe('The host of identities; absent = the realm.'),
    methods: methods('SIP methods, or of *')
      .default(['INVITE', 'REGISTER'])
      .describe('What is asked about; * = every method but ACK and CANCEL.'),
    inDialog: flag.default(false).describe('Requests within dialogs are asked about, too.'),
    mode: z
      .enum(['auto', 'proxy', 'registrar'], { error: 'auto, proxy or registrar' })
      .default('auto')
      .describe('407, 401, or (auto) 401 to REGISTER and 407 to all others.'),
    algorithms: z
      .array(z.enum(digestAlgorithms, { error: `one of ${digestAlgorithms.join(', ')}` }), {
        error: `a list of ${digestAlgorithms.join(', ')}`,
      })
      .min(1, { error: 'one algorithm or more' })
      .default(['SHA-256', 'MD5'])
      .describe('Best first; MD5 is offered last. RFC 8760'),
    authInt: flag.default(false).describe('Offers auth-int besides auth.'),
    nonceLifetime: duration.prefault('5m').describe('A nonce is good for so long.'),
    bindAddress: flag
      .default(false)
      .describe('A nonce is good for the address that it was given to only.'),
    uri: z
      .enum(['equal', 'address', 'any'], { error: 'equal, address or any' })
      .default('address')
      .describe(
        'How alike digest-uri and Request-URI must be; address = host and port, and the user if it names one.',
      ),
    ownNameOnly: methods('SIP methods')
      .default(['REGISTER'])
      .describe('Methods whose From (REGISTER: To) must name the user; else 403.'),
    users: z
      .record(z.string().refine(isUserName, { error: 'a name without colon' }), user, {
        error: 'a map of users',
      })
      .default({})
      .describe('Users by name.'),
    usersFile: text('the path of a file')
      .optional()
      .describe('More of them, as htdigest writes it: user:realm:HA1 (MD5 or SHA-256); watched.'),
    sql: z
      .strictObject({
        url: text('the URL of a database')
          .refine((url) => isSecretName(url) || isDatabaseUrl(url), {
            error: 'postgres://…, mysql://…, sqlite:<file>, env:<name> or file:<path>',
          })
          .describe(
            'postgres://user:password@host/database, mysql://…, sqlite:file.db; or env:NAME.',
          ),
        table: text('the name of a table')
          .refine(isTableName, { error: 'the name of a table' })
          .default('subscriber')
          .describe('Kamailio’s table, or a view like it; it is only read.'),
        useDomain: flag.default(false).describe('Only rows whose domain is the realm.'),
      })
      .optional()
      .describe('Users of a database.'),
    cache: z
      .strictObject({
        size: count(0).default(100_000).describe('Users of the database who are remembered.'),
        lifetime: durationOrOff
          .prefault('1m')
          .describe('So long after they were looked up; a new password is good at once.'),
      })
      .prefault({})
      .describe('Spares the database those who have proven themselves lately.'),
    trusted: z
      .array(text('a block, a group, or peer:<name>'), {
        error: 'a list of blocks, groups and peer:<name>',
      })
      .default([])
      .describe(
        'Who is not asked, besides `inside`: blocks, `acl.groups`, peer:<name in the certificate>.',
      ),
  })
  .optional()
  .describe('Who must prove who he is, by digest; absent = nobody.')

export interface AuthSections {
  readonly acl: z.output<typeof acl>
  readonly auth?: z.output<typeof auth>
}

/** What only shows when files and secrets are read. `refuse` names a key; `add` a line of another file. */
export function checkAuth(
  { acl, auth }: AuthSections,
  directory: string,
  refuse: (path: KeyPath, expected: string, found?: string) => void,
  add: (fault: Fault) => void,
): void {
  const fileAt = (path: KeyPath, name: string): string | undefined => {
    try {
      return readFileSync(resolve(directory, name), 'utf8')
    } catch (error) {
      refuse(path, 'a readable file', `${quote(name)} (${reasonOf(error)})`)
      return undefined
    }
  }
  const secretAt = (path: KeyPath, value: string | undefined): string | undefined => {
    try {
      return value === undefined ? undefined : secretOf(value, directory)
    } catch (error) {
      refuse(path, 'a secret that can be read', reasonOf(error))
      return undefined
    }
  }
  const groups = new Set(Object.keys(acl.groups))
  const listed = acl.file === undefined ? undefined : fileAt(['acl', 'file'], acl.file)
  if (listed !== undefined) {
    try {
      const found = parseAcl(listed, resolve(directory, acl.file ?? ''))
      for (const name of Object.keys(found.groups)) groups.add(name)
    } catch (error) {
      if (!(error instanceof SipError)) throw error
      refuse(['acl', 'file'], 'a list of blocks', error.message)
    }
  }
  if (auth === undefined) return
  checkUsersFile()
  secretAt(['auth', 'sql', 'url'], auth.sql?.url)
  for (const [name, { password, ha1 = {} }] of Object.entries(auth.users)) {
    const path = ['auth', 'users', name]
    secretAt([...path, 'password'], password)
    for (const algorithm of digestAlgorithms) {
      const digits = secretAt([...path, 'ha1', algorithm], ha1[algorithm])
      if (digits === undefined || isHa1(digits, algorithm)) continue
      refuse(
        [...path, 'ha1', algorithm],
        `the hexadecimal digits of ${algorithm}`,
        'another secret',
      )
    }
  }
  if (!isDomain(auth.domain ?? auth.realm)) {
    refuse(['auth', 'domain'], 'a host name for identities, as the realm is none')
  }
  for (const [index, name] of auth.trusted.entries()) {
    const isKnown = name.startsWith('peer:') || isBlock(name) || groups.has(name)
    if (!isKnown)
      refuse(['auth', 'trusted', index], 'a block, a group of acl.groups, or peer:<name>')
  }

  function checkUsersFile(): void {
    if (auth?.usersFile === undefined) return
    const users = fileAt(['auth', 'usersFile'], auth.usersFile)
    if (users === undefined) return
    const file = resolve(directory, auth.usersFile)
    for (const { line, expected } of parseUsers(users).faults) {
      add({ place: { file, line }, key: '', found: 'another line', expected })
    }
  }
}

/** Durations in milliseconds under the plugin's names, paths made absolute, secrets read. */
export function authOptions({ acl, auth }: AuthSections, directory: string): AuthInput {
  const { action, file, ...lists } = acl
  return {
    acl: {
      ...lists,
      ...(file !== undefined && { file: resolve(directory, file) }),
      refuse: action === 'refuse' ? '403' : 'drop',
    },
    ...(auth !== undefined && { trusted: auth.trusted, digest: digestOptions(auth, directory) }),
  }
}

function digestOptions(
  given: NonNullable<AuthSections['auth']>,
  directory: string,
): NonNullable<AuthInput['digest']> {
  const { trusted: _, users, usersFile, sql, cache, nonceLifetime, ...rest } = given
  return {
    ...rest,
    nonceLifetimeMs: nonceLifetime,
    users: Object.fromEntries(
      Object.entries(users).map(([name, { password, ha1, uri }]) => [
        name,
        {
          uri,
          ...(password !== undefined && { password: secretOf(password, directory) }),
          ...(ha1 !== undefined && { ha1: secretsOf(ha1, directory) }),
        },
      ]),
    ),
    ...(usersFile !== undefined && { usersFile: resolve(directory, usersFile) }),
    ...(sql !== undefined && { sql: { ...sql, url: databaseUrl(sql.url, directory) } }),
    cache: { size: cache.size, lifetimeMs: cache.lifetime },
  }
}

function secretsOf(
  hashes: Readonly<Record<string, string | undefined>>,
  directory: string,
): Record<string, string> {
  const given = Object.entries(hashes).filter((each): each is [string, string] => !!each[1])
  return Object.fromEntries(given.map(([name, value]) => [name, secretOf(value, directory)]))
}
