/** What `admin({ … })` takes. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { scopes } from './access/scope.js'
import { isTokenHash, shortestToken } from './access/token-hash.js'

const token = z.strictObject({
  /** Who it is for: what the audit says. */
  name: z.string().regex(/^[\w.@-]{1,64}$/, { error: 'expected letters, digits and _ . @ -' }),
  /** The token itself, or what `hashToken` made of it. */
  token: z
    .string()
    .refine((text) => isTokenHash(text) || (text.length >= shortestToken && !/\s/.test(text)), {
      error: `expected a token of ${shortestToken} characters or more without spaces, or its hash`,
    }),
  scope: z.enum(scopes).default('read'),
})

/** A function of the program that the plugin calls. */
const call = <Run extends (...given: never[]) => unknown>() =>
  z.custom<Run>((value) => typeof value === 'function', { error: 'expected a function' })

const action = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, { error: 'expected letters, digits and _ -' }),
  /** What stands on its button. */
  title: z.string().min(1).max(40),
  /** What it does. */
  summary: z.string().min(1).max(200),
  /** Says what became of it. */
  run: call<() => Promise<string>>(),
})

export const adminConfig = z
  .strictObject({
    /** Where HTTP is served. */
    address: z
      .string()
      .refine((text) => isIP(text) !== 0, { error: 'expected a numeric address' })
      .default('127.0.0.1'),
    /** 0: a free one. */
    port: z.number().int().min(0).max(65_535).default(8088),
    /** Who may do what. None: everybody may do everything, which only a loopback address allows. */
    tokens: z
      .array(token)
      .max(100)
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
        error: 'expected each name once',
      })
      .default([]),
    /** Further names under which who shows no token may ask: those that browsers use. `localhost` and numbers always may. */
    hosts: z.array(z.string().transform((name) => name.toLowerCase())).default([]),
    /** `/metrics` without a token. */
    openMetrics: z.boolean().default(false),
    /** How long a browser stays logged in, in milliseconds. */
    sessionMs: z.number().positive().default(28_800_000),
    /** Streams of events at one time. */
    maxEventStreams: z.number().int().positive().default(32),
    /** Calls that are remembered with their parties; 0: none, and `calls` stays empty. */
    maxCalls: z.number().int().nonnegative().default(20_000),
    /** Seconds of which it is remembered how destinations were; 0: none. */
    history: z.number().int().min(0).max(3_600).default(900),
    /** A folder of files that are served under `/`: the dashboard. */
    assets: z.string().min(1).optional(),
    /** Not ready without a usable destination in each of these sets. Absent: with none in any set. */
    requiredSets: z.array(z.string()).optional(),
    /** Names this process in answers. */
    node: z.string().min(1).default('sipwright'),
    /** The version of the program. */
    version: z.string().min(1).optional(),
    /** Why the program takes no new requests; undefined: it does. */
    unready: call<() => string | undefined>().optional(),
    /** Tells each line of the log, as JSON, until the function returned is called. */
    logLines: call<(listener: (line: string) => void) => () => void>().optional(),
    /** What operators may do besides: each is a button of the dashboard. */
    actions: z.array(action).max(50).default([]),
    /** Reads the program's configuration again, and applies it; or only says what would change. */
    reload: call<(options: { readonly dryRun: boolean }) => Promise<ConfigReload>>().optional(),
    /** New code takes the place of old: how it went, and begin it. Absent: the program cannot. */
    code: z
      .strictObject({
        state: call<() => CodeState>(),
        swap: call<() => void>(),
      })
      .optional(),
    /** The configuration in force, without secrets. */
    configuration: call<() => unknown>().optional(),
  })
  .superRefine(({ address, tokens }, refusal) => {
    if (tokens.length > 0 || isLoopback(address)) return
    refusal.addIssue({
      code: 'custom',
      path: ['tokens'],
      message: `expected a token: ${address} is reached from other machines`,
    })
  })

/** What became of a configuration that was read again. */
export interface ConfigReload {
  /** What is wrong with it, line by line: nothing was applied then. */
  readonly faults: readonly string[]
  /** What differs in the sets: `set 1: fs2: weight 1 → 50`. */
  readonly lines: readonly string[]
  /** Sections that differ and need a restart. */
  readonly restart: readonly string[]
  /** False: it was not to be, or is on its way to all workers. */
  readonly applied: boolean
}

/** What became of the last attempt to run new code. */
export interface CodeState {
  /** Attempts since the program started, those that failed too. */
  readonly attempts: number
  /** When the last one ended, in milliseconds since 1970; undefined: there was none. */
  readonly at?: number | undefined
  /** Why it failed: the old code serves then, in all workers or in those that are named. */
  readonly faults: readonly string[]
}

export type AdminConfig = z.output<typeof adminConfig>
export type AdminInput = z.input<typeof adminConfig>

/** Whether only this machine reaches it. */
export function isLoopback(address: string): boolean {
  return /^127\./.test(address) || address === '::1' || /^::ffff:127\./i.test(address)
}
