/** The table of commands in the README, made from the methods. */
import { type RpcMethod } from '#src/rpc/methods.js'

export function rpcTable(methods: ReadonlyMap<string, RpcMethod>): string {
  const rows = [...methods].map(
    ([name, { scope, summary }]) => `| \`${name}\` | ${scope} | ${summary} |`,
  )
  return ['| command | scope | |', '| --- | --- | --- |', ...rows].join('\n')
}
