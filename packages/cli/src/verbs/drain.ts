/** `drain --wait`: until a destination has no call any more. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SipError } from '@sipwright/framework'
import { type EdgeClient } from '../operator/edge-client.js'
import { type Destination, pathOf } from '../operator/named-destination.js'

/** How often the edge is asked. */
const pollMs = 500

/**
 * What the destinations are like when the last of their calls has ended. An edge that is away for a moment is waited for.
 * Throws SIPW_ERR_COMMAND_LATE, or what the edge refuses.
 */
export async function untilIdle(
  edge: EdgeClient,
  destinations: readonly Destination[],
  limitMs: number,
  tells: boolean,
): Promise<readonly Destination[]> {
  const end = Date.now() + limitMs
  let told = -1
  for (;;) {
    const now = await Promise.all(destinations.map((each) => asked(edge, each)))
    const there = now.filter((each) => each !== undefined)
    const calls = there.reduce((sum, { load }) => sum + load.calls, 0)
    if (there.length === now.length && calls === 0) return there
    if (tells && there.length > 0 && calls !== told) {
      process.stderr.write(`waiting for ${calls} ${calls === 1 ? 'call' : 'calls'}\n`)
      told = calls
    }
    if (Date.now() >= end) {
      const left =
        there.length < now.length ? 'the edge does not answer' : `${calls} calls are left`
      throw new SipError('SIPW_ERR_COMMAND_LATE', [
        `not in time: ${left}; what was drained stays so`,
      ])
    }
    await sleep(Math.min(pollMs, Math.max(1, end - Date.now())))
  }
}

/** Undefined: the edge is not reached now. */
async function asked(edge: EdgeClient, one: Destination): Promise<Destination | undefined> {
  try {
    return await edge.get<Destination>(pathOf(one))
  } catch (error) {
    if (error instanceof SipError && error.code === 'SIPW_ERR_COMMAND_UNREACHABLE') return undefined
    throw error
  }
}
