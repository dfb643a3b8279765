/** What `auth({ … })` takes: one strict schema, every key with its default and a sentence. */
import { isSipUri, parseCidr, parseUri } from '@sipwright/framework'
import { isDatabaseUrl, isTableName } from '@sipwright/sql'
import { z } from 'zod'
import { isGroupName } from './acl/acl-file.js'
import { digestAlgorithms } from './digest/algorithm.js'
import { defaultTrustHeaders } from './trust/trust-headers.js'
import { type AccountInput, isHa1 } from './users/account.js'

/** Whether a text is one line that a quoted string may hold. */
export function isRealm(text: string): boolean {
  return text.length > 0 && text.length <= 255 && !/[\0-\x1f\x7f]/.test(text)
}

/** Whether identities can be in that domain: a host name or an IPv4 address. RFC 3261 §25.1 */
export function isDomain(text: string): boolean {
  return text.length <= 253 && /^[a-z\d](?:[a-z\d-]*)(?:\.[a-z\d][a-z\d-]*)*\.?$/i.test(text)
}

/** Whether a user may be called so: what credentials can say, and no colon, which ends a name in H(A1). */
export function isUserName(text: string): boolean {
  return isRealm(text) && !text.includes(':')
}

/** Whether a text is an address block. */
export function isBlock(text: string): boolean {
  try {
    parseCidr(text)
    return true
  } catch {
    return false
  }
}

/** Whether an identity may have that URI: SIP, without headers. */
export function isIdentityUri(text: string): boolean {
  try {
    const uri = parseUri(text)
    return isSipUri(uri) && uri.headers === undefined
  } catch {
    return false
  }
}

/** A function that knows users; undefined: nobody is called so. */
export type UserFunction = (
  user: string,
  realm: string,
) => AccountInput | undefined | Promise<AccountInput | undefined>

const block = z.string().refine(isBlock, { error: 'expected an address or CIDR block' })
const positive = z.number().int().positive()

const hashes = z.strictObject({
  'SHA-256': hashOfLength('SHA-256').optional(),
  'SHA-512-256': hashOfLength('SHA-512-256').optional(),
  MD5: hashOfLength('MD5').optional(),
})

function hashOfLength(algorithm: (typeof digestAlgorithms)[number]) {
  return z.string().refine((text) => isHa1(text, algorithm), {
    error: `expected the hexadecimal digits of ${algorithm}`,
  })
}

const account = z
  .strictObject({
    password: z.string().min(1).optional(),
    /** H(A1) by algorithm, instead of the password. */
    ha1: hashes.optional(),
    /** What P-Asserted-Identity says; default: the user at the domain. */
    uri: z.string().refine(isIdentityUri, { error: 'expected a SIP URI' }).optional(),
  })
  .refine(({ password, ha1 }) => password !== undefined || ha1 !== undefined, {
    error: 'expected a password, or ha1',
  })

const digestConfig = z
  .strictObject({
    /** What users are asked for a password of. */
    realm: z.string().refine(isRealm, { error: 'expected one line of text' }),
    /** The host of identities; default: the realm. */
    domain: z.string().refine(isDomain, { error: 'expected a host name' }).optional(),
    /** Methods that strangers are asked for; empty: routes ask by `@Use(digest())`. `*`: all but ACK and CANCEL. */
    methods: z.array(z.string().min(1)).default([]),
    /** Whether requests within dialogs are asked, too. */
    inDialog: z.boolean().default(false),
    /** `proxy`: 407. `registrar`: 401. `auto`: 401 to REGISTER, 407 to all others. */
    mode: z.enum(['auto', 'proxy', 'registrar']).default('auto'),
    /** In the order of preference; MD5 goes last. */
    algorithms: z.array(z.enum(digestAlgorithms)).min(1).default(['SHA-256', 'MD5']),
    /** Offers `auth-int` besides `auth`. */
    authInt: z.boolean().default(false),
    /** A nonce is good for so long. */
    nonceLifetimeMs: positive.default(300_000),
    /** After so long nonces are signed with a new key; those of the time before are known as long again. */
    keyRotationMs: positive.default(86_400_000),
    /** Binds a nonce to the address that it was given to. */
    bindAddress: z.boolean().default(false),
    /** Nonces whose counts are remembered. */
    nonces: positive.default(100_000),
    /** How alike digest-uri and Request-URI must be. */
    uri: z.enum(['equal', 'address', 'any']).default('address'),
    /** Methods whose From (of REGISTER: To) must name the user; else 403. */
    ownNameOnly: z.array(z.string().min(1)).default(['REGISTER']),
    users: z
      .record(z.string().refine(isUserName, { error: 'expected a name without colon' }), account)
      .default({}),
    /** As `htdigest` writes it; watched. */
    usersFile: z.string().min(1).optional(),
    /** Kamailio's table `subscriber`. */
    sql: z
      .strictObject({
        url: z.string().refine(isDatabaseUrl, {
          error: 'expected postgres://…, mysql://… or sqlite:<file>',
        }),
        table: z
          .string()
          .refine(isTableName, { error: 'expected the name of a table' })
          .default('subscriber'),
        /** Only rows whose `domain` is the realm. */
        useDomain: z.boolean().default(false),
      })
      .optional(),
    /** Asked last. */
    lookup: z
      .custom<UserFunction>((value) => typeof value === 'function', {
        error: 'expected a function',
      })
      .optional(),
    /** Of the database's and the function's users: those who have proven themselves lately. */
    cache: z
      .strictObject({
        size: z.number().int().nonnegative().default(100_000),
        lifetimeMs: z.number().int().nonnegative().default(60_000),
        /** Questions that wait for an answer at most. */
        pending: positive.default(1_000),
      })
      .prefault({}),
  })
  .refine(({ realm, domain }) => domain !== undefined || isDomain(realm), {
    error: 'expected a host name for identities, as the realm is none',
    path: ['domain'],
  })

export const authConfig = z.strictObject({
  digest: digestConfig.optional(),
  acl: z
    .strictObject({
      allow: z.array(block).default([]),
      deny: z.array(block).default([]),
      groups: z
        .record(
          z.string().refine(isGroupName, { error: 'expected letters, digits, hyphens' }),
          z.array(block),
        )
        .default({}),
      /** Lines of `allow`, `deny` or a group, and a block; watched. */
      file: z.string().min(1).optional(),
      /** What becomes of a request that is not admitted. */
      refuse: z.enum(['drop', '403']).default('drop'),
    })
    .prefault({}),
  /** Who need not prove anything, besides `trust.zones`: blocks, groups, `peer:<name in the certificate>`. */
  trusted: z.array(z.string().min(1)).default([]),
  trust: z
    .strictObject({
      /** The zones whose senders are believed. */
      zones: z.array(z.string().min(1)).default(['inside']),
      /** Header fields that cross no border. */
      headers: z.array(z.string().regex(/^[\w!%*+.`'~-]+$/)).default([...defaultTrustHeaders]),
      /** An identity of ours may leave for strangers, where no Privacy forbids it. */
      discloses: z.boolean().default(false),
    })
    .prefault({}),
})

/** As `auth()` takes it. */
export type AuthInput = z.input<typeof authConfig>
/** Defaults filled in. */
export type AuthConfig = z.output<typeof authConfig>
export type DigestConfig = NonNullable<AuthConfig['digest']>
