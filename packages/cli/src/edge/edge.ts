/** The edge that is being put together: what lb.yaml and routes.ts are written from. Times in ms. */

export interface EdgeListener {
  readonly transport: 'udp' | 'tcp'
  readonly address: string
  readonly port: number
  readonly advertise: string | undefined
}

export interface EdgeSet {
  algorithm: string
  key?: string
  userOnly?: boolean
}

export type EdgeSource =
  /** A list that is written beside lb.yaml. */
  | { readonly kind: 'file'; readonly text: string }
  | {
      readonly kind: 'sql'
      /** What lb.yaml says: the URL, or `env:NAME` where it has a password. */
      readonly url: string
      readonly table: string
    }

export interface EdgeProbe {
  method: string
  intervalMs: number
  timeoutMs: number
  threshold: number
  recover: number
  replyCodes: readonly (number | string)[]
  mode: 'all' | 'flagged' | 'inactive' | 'none'
  from: string
}

export type Trigger = 408 | 500 | 502 | 503 | 504 | '5xx' | 'transport-error' | 'no-response'

export interface EdgeRule {
  readonly methods: readonly string[] | undefined
  readonly user: string | undefined
  readonly set: string
}

export interface Edge {
  readonly listen: EdgeListener[]
  readonly sets: Map<string, EdgeSet>
  source: EdgeSource | undefined
  strict: boolean
  probe: EdgeProbe | undefined
  /** Calls in progress are given up after so long. */
  maxDurationMs: number | undefined
  ejection: { readonly consecutive: number; readonly statuses: readonly number[] } | undefined
  failover: {
    on: readonly Trigger[]
    noResponseMs: number
    maxAttempts: number
    noDestination: number
  }
  ringMs: number | undefined
  route: readonly EdgeRule[]
  maxConnections: number | undefined
  logLevel: 'error' | 'warn' | 'info' | 'debug'
}

/** Without any input: the balancer's own defaults. */
export function emptyEdge(): Edge {
  return {
    listen: [],
    sets: new Map(),
    source: undefined,
    strict: false,
    probe: undefined,
    maxDurationMs: undefined,
    ejection: undefined,
    failover: {
      on: [503, 'transport-error', 'no-response'],
      noResponseMs: 2_000,
      maxAttempts: 3,
      noDestination: 503,
    },
    ringMs: undefined,
    route: [],
    maxConnections: undefined,
    logLevel: 'info',
  }
}
