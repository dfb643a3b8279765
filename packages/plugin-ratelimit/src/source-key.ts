/** By what sources are told apart: an address, or the /64 of an IPv6 address, as one customer has all of it. */
import { ipv6Network } from '@sipwright/framework'

export function sourceKey(address: string): string {
  return address.includes(':') ? `${ipv6Network(address)}::/64` : address
}
