/** Names of databases and tables as configurations give them, and as messages may show them. */

/** Whether such a database is known. */
export function isDatabaseUrl(url: string): boolean {
  return /^(?:postgres(?:ql)?|mysql|mariadb):\/\/./.test(url)
    ? URL.canParse(url)
    : /^sqlite:./.test(url)
}

/** `dispatcher`, `kamailio.dispatcher` */
export function isTableName(name: string): boolean {
  return /^[A-Za-z_]\w{0,62}(?:\.[A-Za-z_]\w{0,62})?$/.test(name)
}

/** The URL without user and password. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url) || url.startsWith('sqlite:')) return url
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** Why a question failed. Drivers put what they tried into `errors`, and leave the message empty. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ')
  const { code } = cause as { readonly code?: string }
  return cause.message === '' ? (code ?? cause.name) : cause.message
}
