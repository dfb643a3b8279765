/**
 * Where a stranger's request inside a dialog may have us send: its Request-URI is what the stranger writes, and we stand where he
 * does not. Into networks that are nobody's on the Internet only if they are known to be a zone.
 */
import { type Hop } from '../message/flow.js'
import { CidrList } from '../transport/cidr.js'
import { publicZone, type Zones } from './zones.js'

/** RFC 6890: this machine, private, shared and link-local networks, benchmarks. */
const notOfTheInternet = new CidrList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['::/127', 'fc00::/7', 'fe80::/10'],
])

/** The hops that a request out of a zone may be sent to. */
export function within(hops: readonly Hop[], from: string, zones: Zones): readonly Hop[] {
  if (from !== publicZone) return hops
  return hops.filter(
    ({ address }) => zones.of(address) !== undefined || !notOfTheInternet.has(address),
  )
}
