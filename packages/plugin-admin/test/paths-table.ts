/** The table of paths in the README, made from the endpoints. */
import { type Endpoint } from '#src/http/endpoint.js'

export function pathsTable(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map(
    ({ method, path, scope, summary }) => `| \`${method} ${path}\` | ${scope ?? ''} | ${summary} |`,
  )
  return ['| path | scope | |', '| --- | --- | --- |', ...rows].join('\n')
}
