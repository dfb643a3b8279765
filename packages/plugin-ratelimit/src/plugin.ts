/** Rate limits, floods, scanners and bans as a plugin: what it hooks into, and nothing else. */
import { definePlugin } from '@sipwright/framework'
import { type BanNews } from './bans.js'
import { rateLimitingConfig } from './config.js'
import { RateLimits } from './rate-limits.js'

const newsTopic = 'ratelimit.bans'
const askTopic = 'ratelimit.bans.ask'

/** `rateLimiting({ flood: {}, scanners: {}, limits: [{ per: 'source', perSecond: 50 }] })` */
export const rateLimiting = definePlugin({
  name: 'ratelimit',
  config: rateLimitingConfig,
  setup(host, config) {
    const { workers } = host
    const { several } = workers
    const limits = new RateLimits(host, config, (news) => {
      if (several) workers.tell(newsTopic, [news])
    })
    host.provide(RateLimits, limits)
    host.onReceive((text, flow) => limits.isUnheard(text, flow))
    host.onAdmit((ctx) => limits.admit(ctx))
    if (!several) return
    workers.onTold(newsTopic, (news) => {
      for (const each of news as readonly BanNews[]) limits.bans.adopt(each)
    })
    workers.onTold(askTopic, () => {
      if (workers.leads) workers.tell(newsTopic, limits.bans.news())
    })
    host.onReady(() => {
      if (!workers.leads) workers.tell(askTopic, null)
    })
  },
})
