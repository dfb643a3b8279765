/** The resolved configuration as `--check` prints it. */
import { formatListen } from './address.js'
import { type Config } from './check.js'
import { formatDuration } from './duration.js'

/** Listeners, routes, sets and failover, one thing per line. */
export function describeConfig(config: Config): string {
  return [
    'listen',
    ...config.listen.map(describeListener),
    'workers',
    `  ${config.workers === 'auto' ? 'one per processor' : String(config.workers)}`,
    'routes',
    ...describeRoutes(config).map((line) => `  ${line}`),
    'sets',
    ...config.sets.flatMap(describeSet),
    'failover',
    `  on ${config.failover.on.join(', ')}; at most ${String(config.failover.maxAttempts)} destinations`,
    `  a destination may be silent for ${formatDuration(config.failover.noResponse)}`,
    `  no usable destination: ${String(config.failover.noDestination)}`,
    'probe',
    `  ${describeProbe(config.dispatcher.probe)}`,
    '',
  ].join('\n')
}

/** The rules in their order, and what becomes of a request that none of them matches. */
export function describeRoutes({ route }: Pick<Config, 'route'>): readonly string[] {
  return [
    ...route.map((rule, index) => `${String(index + 1)}. ${describeRule(rule)}`),
    '   otherwise 404',
  ]
}

function describeListener(listener: Config['listen'][number]): string {
  const { transport, address, port, advertise, zone } = listener
  const place = advertise && [advertise.host, advertise.port].filter((part) => part !== undefined)
  const advertised = place === undefined ? '' : `, advertised as ${place.join(':')}`
  return `  ${formatListen(transport, address, port)} (${zone}${advertised})`
}

function describeRule({ user, methods, set }: Config['route'][number]): string {
  const whom = user === undefined ? 'any user' : `user ${user}`
  const what = methods.includes('*') ? 'any method' : methods.join(', ')
  return `${whom}, ${what} → set ${set}`
}

function describeSet({ id, algorithm, destinations }: Config['sets'][number]): readonly string[] {
  const count = destinations.length
  return [
    `  ${id} (${algorithm}, ${String(count)} ${count === 1 ? 'destination' : 'destinations'})`,
    ...destinations.map((destination) => `    ${describeDestination(destination)}`),
  ]
}

function describeDestination(destination: Config['sets'][number]['destinations'][number]): string {
  const { uri, id, priority, weight } = destination
  const parts = [uri]
  if (id !== uri) parts.push(`id=${id}`)
  if (priority !== 0) parts.push(`priority=${String(priority)}`)
  if (weight !== 1) parts.push(`weight=${String(weight)}`)
  return parts.join(' ')
}

function describeProbe(probe: Config['dispatcher']['probe']): string {
  const { method, interval, timeout, threshold, recover, mode, replyCodes } = probe
  if (interval === 0 || mode === 'none') return 'off'
  return [
    `${method} every ${formatDuration(interval)} to ${mode}`,
    `answered within ${formatDuration(timeout)} by ${replyCodes.join(', ')}`,
    `inactive after ${String(threshold)} failures, active after ${String(recover)} successes`,
  ].join(', ')
}
