/** What unit tests hide behind: 203.0.113.1, with 10.0.0.0/8 and *.internal inside. */
import { type LocalAddress } from '@sipwright/framework'
import { Disguise, InsideHosts } from '#src/inside-hosts.js'

export const inside = new InsideHosts(
  (address) =>
    address.startsWith('10.') || address.startsWith('2001:db8:10:') ? 'inside' : undefined,
  ['*.internal', 'pbx'],
)

export const local: LocalAddress = {
  ...{ transport: 'UDP', reliable: false, address: '203.0.113.1', port: 5060, zone: 'public' },
  ...{ advertisedHost: '203.0.113.1', advertisedPort: 5060 },
}

export function disguise(different: Partial<LocalAddress> = {}): Disguise {
  return new Disguise(inside, { ...local, ...different })
}
