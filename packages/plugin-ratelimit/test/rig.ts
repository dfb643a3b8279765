/** A listener's flows, and the service on virtual time. */
import { type Flow, type ZonePort } from '@sipwright/framework'
import { labFlow, VirtualClock } from '@sipwright/framework/testing'
import { type BanNews } from '#src/bans.js'
import { rateLimitingConfig } from '#src/config.js'
import { RateLimits } from '#src/rate-limits.js'

const ignore = (): void => undefined
export const quiet = { error: ignore, warn: ignore, info: ignore, debug: ignore }

export function from(address: string): Flow {
  return labFlow('UDP', address)
}

/** `10.0.0.0/8` by its first number is `inside`, and so is port 5071 of this machine. */
export function limiting(input: Parameters<typeof rateLimitingConfig.parse>[0]) {
  const clock = new VirtualClock()
  const told: BanNews[] = []
  const zoneOf = (address: string, at?: ZonePort): string | undefined =>
    address.startsWith('10.') || (address === '127.0.0.1' && at?.port === 5071)
      ? 'inside'
      : undefined
  const config = rateLimitingConfig.parse(input)
  const limits = new RateLimits({ clock, log: quiet, zoneOf }, config, (news) => told.push(news))
  return { clock, limits, told }
}
