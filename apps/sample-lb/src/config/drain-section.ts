/** The section `drain`: what becomes of requests and calls while the balancer ends. operations.md §3.6 */
import { isSipUri, parseUri } from '@sipwright/framework'
import { z } from 'zod'
import { duration } from './duration.js'

const expectedRedirect = 'a SIP URI without a user such as sip:edge2.example.com:5060'

export const drain = z
  .strictObject({
    timeout: duration
      .prefault('30s')
      .describe('Calls in progress hold the process for so long at most.'),
    retryAfter: duration
      .prefault('5s')
      .describe('Retry-After of the 503 that new requests are answered, in whole seconds.'),
    redirect: z
      .string({ error: expectedRedirect })
      .refine(isPlace, { error: expectedRedirect })
      .optional()
      .describe('Where new INVITEs are sent instead, by 302; the user of each stays its own.'),
  })
  .prefault({})
  .describe('What happens between SIGTERM and the end.')

export type DrainSection = z.output<typeof drain>

/** The Contact of a 302 for a request to this URI. */
export function redirectFor(redirect: string, requestUri: string): string {
  const colon = redirect.indexOf(':') + 1
  const at = requestUri.indexOf('@')
  const user = at < 0 ? '' : requestUri.slice(requestUri.indexOf(':') + 1, at + 1)
  return `<${redirect.slice(0, colon)}${user}${redirect.slice(colon)}>`
}

function isPlace(text: string): boolean {
  try {
    const uri = parseUri(text)
    return isSipUri(uri) && uri.user === undefined && !/[<>\s]/.test(text)
  } catch {
    return false
  }
}
