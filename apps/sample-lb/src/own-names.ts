/** The names by which requests reach the balancer itself. */
import { networkInterfaces } from 'node:os'
import { type LocalAddress } from '@sipwright/framework'
import { type OwnName } from './routing-policy.js'

/** Every listener's bound and advertised address with its port, and every domain with any port. */
export function ownNames(
  listeners: readonly LocalAddress[],
  domains: readonly string[],
): readonly OwnName[] {
  const names: OwnName[] = domains.map((host) => ({ host: host.toLowerCase(), port: undefined }))
  for (const { address, port, advertisedHost, advertisedPort } of listeners) {
    for (const host of boundAddresses(address)) names.push({ host, port })
    names.push({ host: advertisedHost.toLowerCase(), port: advertisedPort })
  }
  return names
}

/** A listener on all addresses is reached by each of them. */
function boundAddresses(address: string): readonly string[] {
  if (address !== '0.0.0.0' && address !== '::') return [address]
  const family = address === '::' ? 'IPv6' : 'IPv4'
  return Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter((entry) => entry.family === family)
    .map((entry) => entry.address)
}
