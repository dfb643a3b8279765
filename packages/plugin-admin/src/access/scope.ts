/** What somebody may do, in three steps: look, run the service, change what it is. */

/** `read` looks; `operate` also drains, enables, bans, probes and sees who calls whom; `admin` also changes sets and settings. */
export const scopes = ['read', 'operate', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** Whether who has one scope may do what needs the other. */
export function includes(has: Scope, needed: Scope): boolean {
  return scopes.indexOf(has) >= scopes.indexOf(needed)
}

/** Who asks, once that is known. */
export interface Principal {
  /** The name of the token; `local` where there are no tokens. */
  readonly name: string
  readonly scope: Scope
  readonly by: 'token' | 'session' | 'loopback'
}
