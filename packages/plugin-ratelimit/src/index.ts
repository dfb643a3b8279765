export { Bans, type Ban, type BanNews, type BansOptions } from './bans.js'
export { callPolicy, type CallPolicyOptions } from './call-policy.js'
export {
  limitConfig,
  rateLimitingConfig,
  type LimitConfig,
  type RateLimitingConfig,
  type RateLimitingInput,
} from './config.js'
export { rateLimiting } from './plugin.js'
export { rateLimit, type RateLimitOptions } from './rate-limit.js'
export { RateLimits, type RateLimitCounters, type RateLimitsHost } from './rate-limits.js'
export { defaultParties, defaultUserAgents } from './scanners.js'
