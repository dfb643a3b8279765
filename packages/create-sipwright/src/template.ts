/** What a project may begin as: a folder of `templates`, and the packages that it imports. */

export interface Template {
  readonly summary: string
  /** Of `@sipwright/`. */
  readonly packages: readonly string[]
  /** Files besides sources, tests and README. */
  readonly files: readonly string[]
}

export const templates = {
  'load-balancer': {
    summary: 'backends in turn, watched and failed over, with the dashboard',
    packages: ['dashboard', 'framework', 'plugin-admin', 'plugin-dispatcher', 'plugin-trace'],
    files: [],
  },
  'secure-edge': {
    summary: 'for the open internet: bans, digest, TLS, hidden backends',
    packages: [
      'framework',
      'plugin-auth',
      'plugin-dispatcher',
      'plugin-ratelimit',
      'plugin-tls',
      'plugin-topology-hiding',
    ],
    files: ['users'],
  },
  minimal: {
    summary: 'one domain and one machine behind it',
    packages: ['framework'],
    files: [],
  },
} as const satisfies Readonly<Record<string, Template>>

export type TemplateName = keyof typeof templates

export function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(templates, name)
}
